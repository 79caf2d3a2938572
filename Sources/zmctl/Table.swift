import ZmeyCore
import ZmeyStore

/// Lists for people.
enum Table {
  /// How many bytes of a result a list shows something of: see `Output.head`.
  static let resultLimit: Int32 = 64

  /// - Parameter remark: what stands in the place of a result, if anything does.
  static func taskRuns(_ records: [TaskRunRecord], remark: (TaskRunRecord) -> String? = { _ in nil }) {
    Output.table(
      ["ID", "STATE", "NAME", "PIPELINE", "PROGRESS", "TIME", "WORKER", "RESULT"],
      records.map { record in
        [
          "\(record.id)", record.stateText, record.itemName, record.pipeline ?? "", progress(record) ?? "",
          Output.span(record.elapsed), record.worker ?? "",
          remark(record) ?? outcome(record),
        ]
      })
  }

  private static func outcome(_ record: TaskRunRecord) -> String {
    let head = Output.head(record.result)
    return record.state == .succeeded ? head : record.reason ?? head
  }

  static func progress(_ record: TaskRunRecord) -> String? {
    record.progress.map { "\($0.percent)%\($0.isOverdue ? "!" : "")" }
  }

  static func runs(_ records: [RunRecord]) {
    Output.table(
      ["RUN", "STATE", "NAME", "ENDED", "FAILED", "STARTED", "FINISHED"],
      records.map { record in
        [
          "\(record.id)", record.state, record.name,
          "\(record.ended)/\(record.total)\(record.isOpen ? "+" : "")",
          "\(record.failed)",
          record.createdAt, record.finishedAt ?? "",
        ]
      })
  }

  static func attempts(_ records: [AttemptRecord]) {
    Output.table(
      ["ATTEMPT", "STATE", "EXIT", "WORKER", "STARTED", "TIME", "RESULT", "ERROR", "REASON"],
      records.map { record in
        [
          "\(record.number)", record.state,
          record.exitCode.map { "\($0)" } ?? record.signal.map { "signal \($0)" } ?? "", record.worker ?? "",
          record.startedAt ?? "", Output.span(record.duration),
          "\(record.resultBytes)\(record.isCut ? " (cut)" : "")", "\(record.errorBytes)", record.reason ?? "",
        ]
      })
  }
}

import Postgres
import ZmeyCore
import ZmeyStore

/// The fan-outs among the task runs of a run.
struct FanOuts {
  private let taskRuns: [TaskRunRecord]
  private let items: [TaskRunID: [TaskRunRecord]]
  private let counts: [TaskRunID: People.FanOut]

  /// How many items of one are listed at most.
  private static let limit = 20

  init(_ taskRuns: [TaskRunRecord], _ session: borrowing Session) throws {
    self.taskRuns = taskRuns
    let items = taskRuns.compactMap { record in record.parent.map { (parent: $0, record: record) } }
    self.items = Dictionary(grouping: items, by: \.parent).mapValues { $0.map(\.record) }
    let counts = try People.fanOuts(taskRuns.filter { $0.item == nil }.map(\.id), session)
    self.counts = Dictionary(counts.map { ($0.taskRun, $0) }) { first, _ in first }
  }

  /// What came of its items by now, if it has any: `12 of 100 items ended, 3 failed`.
  func summary(of record: TaskRunRecord) -> String? {
    counts[record.id].map { count in
      let failed = count.failed > 0 ? ", \(count.failed) failed" : ""
      return "\(count.ended) of \(count.total) items ended\(failed)"
    }
  }

  /// All that are no items, each followed by those of its items that failed, and that have not ended.
  var shown: [TaskRunRecord] {
    taskRuns.filter { $0.item == nil }.flatMap { record in
      let items = items[record.id] ?? []
      let wanted = items.filter(\.state.isFailure) + items.filter { !$0.state.isEnd }
      return [record] + wanted.prefix(Self.limit)
    }
  }
}

extension TaskRunState {
  /// Whether it ended without an outcome that was asked for.
  fileprivate var isFailure: Bool {
    switch self {
    case .failed, .timedOut, .lost: true
    case .waiting, .queued, .held, .assigned, .running, .paused, .stopping, .succeeded, .stopped, .skipped:
      false
    }
  }
}

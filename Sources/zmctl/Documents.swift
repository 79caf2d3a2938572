import FoundationEssentials
import ZmeyCore
import ZmeyStore

/// A task run as JSON. Keys are contract.
struct TaskRunDocument: Encodable {
  let record: TaskRunRecord
  /// The result, if it is another one than the record's.
  var result: [UInt8]?
  /// Those that have ended, if they were asked for.
  var attempts: [AttemptRecord]?

  private enum CodingKeys: String, CodingKey {
    case id, name, pipeline, owner, state, want, attempt, signal, result, progress, worker, reason, attempts
    case item, priority
    case parent = "parent_id"
    case isUpstreamFailed = "upstream_failed"
    case runID = "run_id"
    case dueAt = "due_at"
    case average = "average_ms"
    case percentile95 = "p95_ms"
    case maximum = "maximum_ms"
    case elapsed = "elapsed_ms"
    case remaining = "eta_ms"
    case exitCode = "exit_code"
    case resultBase64 = "result_base64"
    case resultBytes = "result_bytes"
    case silent = "silent_seconds"
    case createdAt = "created_at"
    case startedAt = "started_at"
    case finishedAt = "finished_at"
  }

  /// Keys without a value are there as null. A result that is not UTF-8 comes readable in `result`, with
  /// replacement characters, and exact in `result_base64`.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record.id.rawValue, forKey: .id)
    try container.encode(record.run.rawValue, forKey: .runID)
    try container.encode(record.name, forKey: .name)
    try container.encode(record.item, forKey: .item)
    try container.encode(record.parent?.rawValue, forKey: .parent)
    try container.encode(record.pipeline, forKey: .pipeline)
    try container.encode(record.owner, forKey: .owner)
    try container.encode(record.state.name, forKey: .state)
    try container.encode(record.isUpstreamFailed, forKey: .isUpstreamFailed)
    try container.encode(record.priority, forKey: .priority)
    try container.encode(record.want?.rawValue, forKey: .want)
    try container.encode(record.attempt, forKey: .attempt)
    try container.encode(record.dueAt, forKey: .dueAt)
    try container.encode(record.exitCode, forKey: .exitCode)
    try container.encode(record.signal, forKey: .signal)
    try container.encode(record.reason, forKey: .reason)
    try container.encode(record.progress?.percent, forKey: .progress)
    try container.encode(record.worker, forKey: .worker)
    try container.encode(record.silentSeconds, forKey: .silent)
    try container.encode(record.createdAt, forKey: .createdAt)
    try container.encode(record.startedAt, forKey: .startedAt)
    try container.encode(record.finishedAt, forKey: .finishedAt)
    try container.encode(record.average?.wholeMilliseconds, forKey: .average)
    try container.encode(record.percentile95?.wholeMilliseconds, forKey: .percentile95)
    try container.encode(record.maximum?.wholeMilliseconds, forKey: .maximum)
    try container.encode(record.elapsed?.wholeMilliseconds, forKey: .elapsed)
    try container.encode(record.remaining?.wholeMilliseconds, forKey: .remaining)
    try container.encodeIfPresent(attempts?.map(AttemptDocument.init), forKey: .attempts)
    let result = result ?? record.result
    let size = self.result.map { Int64($0.count) } ?? record.resultBytes
    try container.encode(size, forKey: .resultBytes)
    try container.encode(result.map { String(decoding: $0, as: UTF8.self) }, forKey: .result)
    if let result, String(validating: result, as: UTF8.self) == nil {
      try container.encode(Data(result).base64EncodedString(), forKey: .resultBase64)
    }
  }
}

/// A run as JSON, with its task runs if they were asked for.
struct RunDocument: Encodable {
  let record: RunRecord
  var taskRuns: [TaskRunRecord]?
  /// What it still waits for longest, if that was looked at and is known.
  var path: CriticalPath?

  /// How many bytes of each task run's result the document holds at most.
  static let resultLimit: Int32 = 1 << 20

  private enum CodingKeys: String, CodingKey {
    case id, name, owner, state, total, ended, failed
    case runID = "run_id"
    case createdAt = "created_at"
    case finishedAt = "finished_at"
    case rerunOf = "rerun_of"
    case remaining = "eta_ms"
    case path = "critical_path"
    case taskRuns = "task_runs"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record.id.rawValue, forKey: .id)
    try container.encode(record.id.rawValue, forKey: .runID)
    try container.encode(record.name, forKey: .name)
    try container.encode(record.owner, forKey: .owner)
    try container.encode(record.state, forKey: .state)
    try container.encode(record.total, forKey: .total)
    try container.encode(record.ended, forKey: .ended)
    try container.encode(record.failed, forKey: .failed)
    try container.encode(record.createdAt, forKey: .createdAt)
    try container.encode(record.finishedAt, forKey: .finishedAt)
    try container.encode(record.rerunOf?.rawValue, forKey: .rerunOf)
    let remaining = path?.remaining ?? record.remainingOfBatch
    try container.encode(remaining?.wholeMilliseconds, forKey: .remaining)
    try container.encode(path?.names, forKey: .path)
    try container.encodeIfPresent(taskRuns?.map { TaskRunDocument(record: $0) }, forKey: .taskRuns)
  }
}

/// An attempt that ended as JSON.
struct AttemptDocument: Encodable {
  let record: AttemptRecord

  private enum CodingKeys: String, CodingKey {
    case attempt, state, signal, reason, worker
    case exitCode = "exit_code"
    case startedAt = "started_at"
    case finishedAt = "finished_at"
    case duration = "duration_ms"
    case resultBytes = "result_bytes"
    case errorBytes = "error_bytes"
    case isCut = "is_cut"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(record.number, forKey: .attempt)
    try container.encode(record.state, forKey: .state)
    try container.encode(record.exitCode, forKey: .exitCode)
    try container.encode(record.signal, forKey: .signal)
    try container.encode(record.reason, forKey: .reason)
    try container.encode(record.worker, forKey: .worker)
    try container.encode(record.startedAt, forKey: .startedAt)
    try container.encode(record.finishedAt, forKey: .finishedAt)
    try container.encode(record.duration.wholeMilliseconds, forKey: .duration)
    try container.encode(record.resultBytes, forKey: .resultBytes)
    try container.encode(record.errorBytes, forKey: .errorBytes)
    try container.encode(record.isCut, forKey: .isCut)
  }
}

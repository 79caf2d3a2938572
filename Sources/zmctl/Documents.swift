import FoundationEssentials
import ZmeyCore
import ZmeyStore

/// A task run as JSON. Keys are contract.
struct TaskRunDocument: Encodable {
  let record: TaskRunRecord

  private enum CodingKeys: String, CodingKey {
    case id, name, pipeline, owner, state, attempt, signal, result, progress, worker, reason
    case runID = "run_id"
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
    try container.encode(record.pipeline, forKey: .pipeline)
    try container.encode(record.owner, forKey: .owner)
    try container.encode(record.state.name, forKey: .state)
    try container.encode(record.attempt, forKey: .attempt)
    try container.encode(record.exitCode, forKey: .exitCode)
    try container.encode(record.signal, forKey: .signal)
    try container.encode(record.reason, forKey: .reason)
    try container.encode(record.progress?.percent, forKey: .progress)
    try container.encode(record.worker, forKey: .worker)
    try container.encode(record.silentSeconds, forKey: .silent)
    try container.encode(record.createdAt, forKey: .createdAt)
    try container.encode(record.startedAt, forKey: .startedAt)
    try container.encode(record.finishedAt, forKey: .finishedAt)
    try container.encode(record.resultBytes, forKey: .resultBytes)
    try container.encode(record.result.map { String(decoding: $0, as: UTF8.self) }, forKey: .result)
    if let result = record.result, String(validating: result, as: UTF8.self) == nil {
      try container.encode(Data(result).base64EncodedString(), forKey: .resultBase64)
    }
  }
}

/// A run as JSON, with its task runs if they were asked for.
struct RunDocument: Encodable {
  let record: RunRecord
  let taskRuns: [TaskRunRecord]?

  /// How many bytes of each task run's result the document holds at most.
  static let resultLimit: Int32 = 1 << 20

  private enum CodingKeys: String, CodingKey {
    case id, name, owner, state, total, ended, failed
    case runID = "run_id"
    case createdAt = "created_at"
    case finishedAt = "finished_at"
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
    try container.encodeIfPresent(taskRuns?.map(TaskRunDocument.init), forKey: .taskRuns)
  }
}

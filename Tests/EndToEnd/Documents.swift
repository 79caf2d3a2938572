/// A task run as tools print it.
struct TaskRun: Decodable, Sendable {
  let id: Int64
  let runId: Int64
  let name: String
  let pipeline: String?
  let owner: String
  let state: String
  let attempt: Int
  let exitCode: Int?
  let signal: Int?
  let reason: String?
  let result: String?
  let resultBytes: Int?
  let worker: String?
  let progress: Int?
  let averageMs: Int?
  let p95Ms: Int?
  let maximumMs: Int?
  let elapsedMs: Int?
  let etaMs: Int?
  let attempts: [Attempt]?

  struct Attempt: Decodable, Sendable {
    let attempt: Int
    let state: String
    let exitCode: Int?
    let durationMs: Int
    let resultBytes: Int
    let isCut: Bool
  }
}

/// A run as tools print it.
struct Run: Decodable, Sendable {
  let id: Int64
  let state: String
  let total: Int
  let failed: Int
  let rerunOf: Int64?
  let etaMs: Int?
  let criticalPath: [String]?
  let taskRuns: [TaskRun]?

  /// Its task run of that name.
  subscript(_ name: String) -> TaskRun? { taskRuns?.first { $0.name == name } }

  /// Where each task stands.
  var states: [String: String] {
    Dictionary(uniqueKeysWithValues: (taskRuns ?? []).map { ($0.name, $0.state) })
  }
}

/// A worker as tools print it.
struct Worker: Decodable, Sendable {
  let name: String
  let slots: Int
  let busy: Int
  let connected: Bool
  let load: Double?
  let isDrained: Bool
  let drainReason: String?
}

/// What `up` and `down` print.
struct InstanceReport: Decodable, Sendable {
  struct Part: Decodable, Sendable {
    let kind: String
    let name: String
    let action: String
    let pid: Int32?
  }
  let parts: [Part]
}

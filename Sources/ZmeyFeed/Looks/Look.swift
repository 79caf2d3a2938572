import Postgres
import ZmeyConsole
import ZmeyCore

/// A statement with its parameters.
typealias Call = (Statement, [Parameter])

/// What one query of the console asks of the database, until it can be answered.
///
/// All looks of one time share their round trips: first goes what each asks by itself, then what they need besides that
/// is not in memory.
protocol Look {
  /// What it asks by itself.
  func calls(_ memory: Memory) -> [Call]
  /// Takes the rows of its call of that index.
  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws
  /// What it needs to be in memory, as far as it knows by now.
  func needs(_ memory: Memory) -> Needs
  /// The answer; nil if there is nothing to say.
  func answer(_ memory: inout Memory) -> Answer?
}

extension Look {
  func needs(_ memory: Memory) -> Needs { Needs() }
}

/// What several looks share, and what stays in memory between them.
struct Needs {
  /// The task runs of these runs of pipelines, without items.
  var runs: Set<RunID> = []
  /// The shapes of these versions.
  var versions: Set<Int32> = []

  mutating func add(_ other: Needs) {
    runs.formUnion(other.runs)
    versions.formUnion(other.versions)
  }
}

extension Query {
  /// How to ask for it.
  func look() -> any Look {
    switch self {
    case .board: BoardLook()
    case .runs(let pipeline, let limit): RunsLook(pipeline: pipeline, limit: limit)
    case .run(let id): RunLook(id: id)
    case .task(let id): TaskLook(id: id)
    case .output(let id, let attempt, let tail): OutputLook(query: self, id: id, attempt: attempt, tail: tail)
    case .events: EventsLook()
    case .fires(let event, let limit): FiresLook(event: event, limit: limit)
    case .templates: TemplatesLook()
    case .cluster: ClusterLook()
    case .audit(let limit): AuditLook(limit: limit)
    }
  }
}

extension Row {
  /// Reads a `timestamptz`.
  borrowing func moment(_ column: Int) throws(DatabaseError) -> Moment {
    Moment(microseconds: try microseconds(column))
  }

  /// Reads a `timestamptz`; nil for NULL.
  borrowing func momentOrNil(_ column: Int) throws(DatabaseError) -> Moment? {
    try microsecondsOrNil(column).map { Moment(microseconds: $0) }
  }

  /// Reads a whole number of any size.
  borrowing func int(_ column: Int) throws(DatabaseError) -> Int { Int(try int64(column)) }

  /// Reads a whole number of any size; nil for NULL.
  borrowing func intOrNil(_ column: Int) throws(DatabaseError) -> Int? {
    try int64OrNil(column).map { Int($0) }
  }

  /// Reads a number of milliseconds; nil for NULL.
  borrowing func millisecondsOrNil(_ column: Int) throws(DatabaseError) -> Duration? {
    try int64OrNil(column).map { .milliseconds($0) }
  }
}

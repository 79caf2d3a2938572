/// A number that names a row, typed by what it names so that a run is never taken for a worker.
public protocol Identifier: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
  /// The identifier of that number.
  init(rawValue: RawValue)
}

extension Identifier {
  /// The identifier of that number.
  public init(_ rawValue: RawValue) { self.init(rawValue: rawValue) }
  /// The number alone, as every verb prints and takes it.
  public var description: String { String(rawValue) }
  /// Orders by number.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Names a task run: days since 2026-01-01 (UTC) × 10⁹ + a running number, so that order is age,
/// partitions are ranges, and the number stays exact in JSON readers that use doubles (below 2⁵³).
public struct TaskRunID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int64
  /// The identifier of that number.
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names a run; numbered from the same sequence as task runs, so that no number means two things.
public struct RunID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int64
  /// The identifier of that number.
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Names a worker.
public struct WorkerID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int32
  /// The identifier of that number.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// Names a scheduler.
public struct SchedulerID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int32
  /// The identifier of that number.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// Names a program: a script with the facts that running it needs, which never change.
public struct ProgramID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int32
  /// The identifier of that number.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

/// Names an event.
public struct EventID: Identifier {
  /// The number as the database stores it.
  public let rawValue: Int32
  /// The identifier of that number.
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

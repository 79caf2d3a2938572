/// What people want of a task run that a worker has. The raw value goes over the link and into the database.
public enum Want: UInt8, CaseIterable, Sendable {
  /// Its whole process tree is to stand still, and its clocks with it.
  case pause = 1
  /// It is to go on.
  case resume = 2
  /// It is to end: TERM, the program's grace, KILL.
  case stop = 3
  /// It is to end at once: KILL.
  case kill = 4
}

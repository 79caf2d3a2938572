import Glibc
import Synchronization
import Testing

@testable import Processes

/// The ways of control that a test is run with.
enum Control: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case cgroup
  case signals

  /// Whether this machine lets us use cgroups.
  static let hasCgroups = (try? TreeControl.cgroup(name: "zmey-probe-\(getpid())")) != nil
  private static let counter = Atomic<Int>(0)

  static var usable: [Control] { allCases.filter { $0 == .signals || hasCgroups } }

  var testDescription: String { rawValue }

  /// A control of its own; the process of the tests has other children, so it adopts nobody.
  func make() throws -> TreeControl {
    switch self {
    case .cgroup:
      let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
      return try .cgroup(name: "zmey-test-\(getpid())-\(number)")
    case .signals: return .signals
    }
  }

  func makeReactor() throws -> ProcessReactor { try ProcessReactor(control: make()) }
}

import CLinux
import Glibc

/// How a reactor holds a launched process and all its descendants together.
public enum TreeControl: Sendable, CustomStringConvertible {
  /// Each tree in a cgroup (v2) of its own. Nobody leaves it without rights over cgroups, and the kernel itself
  /// freezes and kills its members and says how far it is.
  case cgroup(CgroupBase)

  /// Members are found by scans of `/proc` (by session, ancestors, mark, and earlier scans) and get signals.
  ///
  /// A process that clears its environment, makes its own session and loses its parent, all between two scans,
  /// is not found any more. One that we may not signal (such as a set-user-ID program) is left alone. Programs
  /// see SIGCONT, and their parents that they were stopped.
  case signals

  /// The cgroup way if this process may use it, else signals.
  ///
  /// - Parameter name: see ``cgroup(name:)``.
  /// - Throws: ``SystemError`` if leftovers there cannot be ended.
  public static func best(name: String) throws(SystemError) -> TreeControl {
    do throws(SystemError) {
      return try cgroup(name: name)
    } catch {
      if error.isOfLeftovers { throw error }
      return .signals
    }
  }

  /// The cgroup way, with all trees below one cgroup in our own.
  ///
  /// Whatever lives there already is a leftover of a predecessor and is killed.
  ///
  /// - Parameter name: the file name of that cgroup; nobody else may use it while we do.
  /// - Throws: ``SystemError`` if cgroups cannot be used here, with the step that failed.
  public static func cgroup(name: String) throws(SystemError) -> TreeControl {
    .cgroup(try CgroupBase(name: name))
  }

  /// For logs, such as `cgroup /sys/fs/cgroup/x` or `signals`.
  public var description: String {
    switch self {
    case .cgroup(let base): "cgroup \(base.path)"
    case .signals: "signals"
    }
  }

  func makeForest(_ poll: EventPoll, adopting: Bool) throws(SystemError) -> any Forest {
    if adopting, clinux_adopt_orphans() != 0 { throw SystemError("become a subreaper") }
    return switch self {
    case .cgroup(let base): CgroupForest(base, poll, adopting: adopting)
    case .signals: SignalForest(adopting: adopting)
    }
  }
}

internal import Processes

/// How a worker holds the processes of a task together, to stop and to end them as one.
public enum TaskTrees: String, Sendable, CaseIterable {
  /// By cgroups if it may use them, else by signals.
  case auto
  /// By cgroups, or not at all.
  case cgroup
  /// By signals to all that scans of `/proc` find.
  case signals

  /// Ends what a killed predecessor left and starts a reactor.
  ///
  /// Only after the folder's lock is ours, or it would end the tasks of who has it.
  ///
  /// - Parameters:
  ///   - keeper: see `WorkerConfiguration`; with a keeper the process is the worker's alone.
  ///   - receiver: is called with what happens on the reactor's thread.
  func makeReactor(
    folder: String, keeper: String?, receiver: @escaping @Sendable ([ProcessEvent]) -> Void
  ) throws(SystemError) -> (ProcessReactor, TreeControl) {
    let control = try control(folder: folder)
    let keeper = keeper.map { Keeper(name: $0, mark: Array("ZM_WORK_DIR=\(folder)/tasks/".utf8)) }
    let reactor = try ProcessReactor(
      control: control, adopting: keeper != nil, keeper: keeper, receiver: receiver)
    return (reactor, control)
  }

  private func control(folder: String) throws(SystemError) -> TreeControl {
    // FNV-1a: the name has to be the same for each process of one folder, and differ between folders.
    let hash = folder.utf8.reduce(14_695_981_039_346_656_037 as UInt64) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    let name = "zmworker-\(String(hash, radix: 36))"
    switch self {
    case .cgroup: return try .cgroup(name: name)
    case .signals: return .signals
    case .auto: return try .best(name: name)
    }
  }
}

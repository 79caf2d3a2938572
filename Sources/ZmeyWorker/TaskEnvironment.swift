internal import Glibc
internal import NIOCore
internal import Processes
internal import ZmeyCore
internal import ZmeyLink

/// What a script finds in its environment: a few things that every program wants, the variables of its template and
/// its task, and the facts of its task run. Nothing else of the worker's own environment.
enum TaskEnvironment {
  private static let names = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SHELL"]
  private static let inherited: [String: String] = {
    var found = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
    for name in names { if let value = getenv(name) { found[name] = String(cString: value) } }
    return found
  }()

  /// The entry that no other attempt's processes have.
  static func mark(_ fence: Fence) -> [UInt8] { Array("ZM_FENCE=\(fence.attempt)-\(fence.nonce)".utf8) }

  /// Entries as execve(2) wants them.
  ///
  /// - Parameters:
  ///   - home: the working folder.
  ///   - account: whom it runs as, if not as the worker.
  static func make(_ launch: Launch, home: String, as account: UserAccount?) -> [[UInt8]] {
    let assignment = launch.assignment
    var variables = inherited
    if let account {
      variables.merge([
        "HOME": account.home, "USER": account.name, "LOGNAME": account.name, "SHELL": account.shell,
      ]) { _, own in own }
    }
    variables["TMPDIR"] = home
    variables.merge(assignment.settings.environment) { _, own in own }
    variables.merge([
      "ZM_WORK_DIR": home,
      "ZM_TASK_RUN_ID": "\(launch.fence.taskRun)",
      "ZM_RUN_ID": "\(assignment.run)",
      "ZM_ATTEMPT": "\(launch.fence.attempt)",
      "ZM_OWNER": assignment.owner,
      "ZM_TASK": assignment.name,
      "ZM_PIPELINE": assignment.pipeline,
    ]) { _, fact in fact }
    for case .variable(let name) in assignment.secrets.map(\.place) { variables[name] = nil }
    var entries = variables.map { Array("\($0)=\($1)".utf8) } + [mark(launch.fence)]
    if let input = launch.environmentInput { entries.append(Array("ZM_INPUT=".utf8) + input) }
    for secret in assignment.secrets {
      if case .variable(let name) = secret.place {
        entries.append(Array("\(name)=".utf8) + secret.value.bytes)
      }
    }
    return entries
  }
}

internal import Glibc
internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink

/// What a script finds in its environment: a few things that every program wants, and the facts of its
/// task run. Nothing else of the worker's own environment.
enum TaskEnvironment {
  private static let names = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SHELL"]
  private static let inherited: [[UInt8]] =
    names.compactMap { name in getenv(name).map { Array("\(name)=\(String(cString: $0))".utf8) } }
    + (getenv("PATH") == nil ? [Array("PATH=/usr/local/bin:/usr/bin:/bin".utf8)] : [])

  /// The entry that no other attempt's processes have.
  static func mark(_ fence: Fence) -> [UInt8] { Array("ZM_FENCE=\(fence.attempt)-\(fence.nonce)".utf8) }

  static func make(_ launch: Launch, home: String) -> [[UInt8]] {
    let assignment = launch.assignment
    let facts = [
      "TMPDIR=\(home)",
      "ZM_WORK_DIR=\(home)",
      "ZM_TASK_RUN_ID=\(launch.fence.taskRun)",
      "ZM_RUN_ID=\(assignment.run)",
      "ZM_ATTEMPT=\(launch.fence.attempt)",
      "ZM_FENCE=\(launch.fence.attempt)-\(launch.fence.nonce)",
      "ZM_OWNER=\(assignment.owner)",
      "ZM_TASK=\(assignment.name)",
      "ZM_PIPELINE=\(assignment.pipeline)",
    ]
    var environment = inherited + facts.map { Array($0.utf8) }
    if let input = launch.environmentInput { environment.append(Array("ZM_INPUT=".utf8) + input) }
    return environment
  }
}

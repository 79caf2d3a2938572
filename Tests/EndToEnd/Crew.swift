import Foundation
import Glibc
import Processes
import Testing

/// A task whose processes leave it in every way. Those with a name count, each in a file of its own; those that
/// sleep note their numbers.
struct Crew {
  let zmey: PrivateInstance
  let name: String

  static let names = ["child", "session", "daemon", "deaf"]

  private var folder: String { "\(zmey.path)/\(name)" }

  /// From its second attempt on there is nothing left to do.
  private var script: String {
    """
    #!/bin/sh
    cd \(folder) || exit
    count() { echo $$ >>pids; i=0; while :; do i=$((i+1)); echo $i >$1; sleep 0.03; done; }
    case $1 in
      child|session|daemon) count $1 ;;
      deaf) trap '' TERM; count deaf ;;
    esac
    echo $ZM_ATTEMPT >>attempts
    [ $ZM_ATTEMPT = 1 ] || exit 0
    $0 child &
    setsid $0 session &
    (setsid sh -c 'setsid '$0' daemon & exit' &)
    $0 deaf &
    for i in 1 2; do sleep 1000 & echo $! >>pids; done
    (setsid sleep 1000 & echo $! >>pids)
    for one in \(Self.names.joined(separator: " ")); do until [ -s $one ]; do sleep 0.01; done; done
    echo $$ >>pids
    trap : TERM
    echo >ready
    wait; wait
    """
  }

  /// The template of the task as YAML, with further keys.
  func template(_ keys: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let lines = script.split(separator: "\n").map { "      \($0)\n" }.joined()
    return "templates:\n  - name: \(name)\n    \(keys)\n    script: |\n\(lines)"
  }

  /// Starts it and waits until all are there; the number of its task run.
  func start(_ keys: String) async throws -> Int64 {
    try await zmey.must("apply", "-", input: try template(keys))
    let run = try await zmey.submit(name)
    try await until("all of it are there") { FileManager.default.fileExists(atPath: "\(folder)/ready") }
    try #require(try pids.count == 8)
    return try await zmey.taskRun(of: run)
  }

  private func text(_ file: String) -> String {
    (try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? ""
  }

  /// The attempts that have begun.
  var attempts: [String] { text("attempts").split(separator: "\n").map(String.init) }

  /// Everyone but the sleep that a counter waits for.
  var pids: [Int32] {
    get throws { try text("pids").split(separator: "\n").map { try #require(Int32($0)) } }
  }

  /// Those that are there, be it as zombies.
  var remaining: [Int32] { get throws { try pids.filter { kill($0, 0) == 0 || errno != ESRCH } } }

  /// All processes, of whatever parent and session, whose environment says that they are of this task run.
  func marked(_ id: Int64) throws -> [Int32] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }.filter { pid in
      let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      let entries = environment.split(separator: 0)
      return entries.contains { $0.elementsEqual("ZM_TASK_RUN_ID=\(id)".utf8) }
        && entries.contains { $0.starts(with: "ZM_WORK_DIR=\(zmey.path)/".utf8) }
    }
  }

  /// How far each has counted, and the processor time in ticks that each process of the task has used.
  struct Sight: Equatable {
    let counts: [String]
    let ticks: [Int32: Int]
  }

  func look(_ id: Int64) throws -> Sight {
    let ticks = try marked(id).map { pid in
      let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
      let fields = stat.split(separator: " ")
      return (pid, fields.count > 14 ? (Int(fields[13]) ?? -1) + (Int(fields[14]) ?? -1) : -1)
    }
    return Sight(counts: Self.names.map(text), ticks: Dictionary(ticks) { $1 })
  }

  /// Waits until each has counted on.
  func awaitProgress() async throws {
    let before = Self.names.map(text)
    try await until("each has counted on") {
      zip(before, Self.names.map(text)).allSatisfy { $0 != $1 && !$1.isEmpty }
    }
  }
}

import Glibc
import Testing

@testable import Processes

/// A task whose processes leave its group and session in every way, each counting in a file of its own.
struct Family {
  let directory = TemporaryDirectory()
  static let names = ["child", "session", "daemon", "deaf", "group"]
  /// What each does at TERM, as text of a trap, and what the leader does in the end.
  var atTerm = "-"
  var finale = "wait"

  /// The script says `ready` when all of them count, and waits.
  private var script: String {
    """
    count() { trap "$2" TERM; echo $$ >$1.pid; i=0; while :; do i=$((i+1)); echo $i >$1; sleep 0.01; done; }
    if [ "$1" ]; then count "$1" "$2"; fi
    sh $0 child '\(atTerm)' &
    setsid sh $0 session '\(atTerm)' &
    (setsid sh -c 'setsid sh $0 daemon "$1" & exit' $0 '\(atTerm)' &)
    sh $0 deaf '\(atTerm == "-" ? "" : atTerm)' &
    timeout 1000 sh $0 group '\(atTerm)' &
    for name in child session daemon deaf group; do until [ -s $name ]; do sleep 0.01; done; done
    trap : TERM
    echo ready
    \(finale)
    """
  }

  func request() -> LaunchRequest {
    _ = directory.script(script)
    return Self.request(in: directory.path)
  }

  /// The request for the family whose script is in that folder, also for another process.
  static func request(in path: String) -> LaunchRequest {
    var program = Program(path: "/bin/sh", arguments: ["sh", "\(path)/script"])
    program.environment = [Array("PATH=/usr/bin:/bin".utf8), mark(path)]
    program.workingDirectory = path
    var request = LaunchRequest(id: 1, program: program)
    request.mark = mark(path)
    return request
  }

  static func mark(_ path: String) -> [UInt8] { Array("ZM_FENCE=1-\(path)".utf8) }

  /// How far each has counted.
  var counts: [String?] { Self.names.map { contents("\(directory.path)/\($0)") } }

  var pids: [Int32] {
    get throws {
      try Self.names.map { name in
        let text = try #require(contents("\(directory.path)/\(name).pid"))
        return try #require(Int32(text.dropLast()))
      }
    }
  }

  /// Those that still live.
  var living: [Int32] {
    get throws { try pids.filter { ProcessEntry(pid: $0)?.isAlive == true } }
  }

  /// Waits until each has counted on.
  func awaitProgress() async throws {
    let before = counts
    while zip(before, counts).contains(where: { $0 == $1 || $1?.isEmpty != false }) {
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  /// The processor time that they have used, in ticks.
  var ticks: [Int] {
    get throws {
      try pids.map { pid in
        let fields = contents("/proc/\(pid)/stat")?.split(separator: " ") ?? []
        return fields.count > 14 ? (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0) : -1
      }
    }
  }
}

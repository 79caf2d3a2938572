import Glibc
import TestKit
import Testing

extension Tmux {
  /// The probe, next to the program of the tests.
  static var probe: String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &path, path.count)
    let own = String(decoding: path.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/terminalprobe"
  }

  /// A window that runs the probe on this terminal and says how it ended.
  static func probe(term: String = "tmux-256color", _ settings: String = "") async throws -> Tmux {
    let tmux = try Tmux("trap : INT; env TERM=\(term) \(settings) \(probe); echo status=$?")
    try await tmux.see("colours")
    return tmux
  }

  /// A window with a shell that has jobs, in which the probe runs.
  static func shell() async throws -> Tmux {
    let tmux = try Tmux("PS1='ready> ' bash --norc --noprofile -i")
    try await tmux.see("ready>")
    try tmux.press("\(probe); echo status=$?", "Enter")
    try await tmux.see("colours")
    return tmux
  }

  /// The probe's process.
  func pid() throws -> Int32 {
    let first = try picture().firstMatch(of: /pid (\d+)/)
    return try #require(first.flatMap { Int32($0.output.1) })
  }
}

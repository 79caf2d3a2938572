import Glibc
import Processes
import Synchronization
import Testing

/// A tmux server of a test's own with one window, ended with the value.
final class Tmux {
  private static let count = Atomic<Int>(0)
  private let name: String

  /// - Parameter command: what the window runs through a shell; the window stays when it has ended.
  init(_ command: String, rows: Int = 24, columns: Int = 80) throws {
    name = "terminal-tests-\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue)"
    try run(
      ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "\(command); exec sleep 1000"])
  }

  deinit { _ = try? run(["kill-server"]) }

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

  @discardableResult
  func run(_ arguments: [String]) throws -> String {
    let end = try runToEnd(
      Program(
        path: "/usr/bin/tmux", arguments: ["tmux", "-L", name, "-f", "/dev/null"] + arguments,
        environment: [
          "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "xterm", "SHELL": "/bin/sh", "HOME": "/",
        ]))
    return String(decoding: end.standardOutput, as: UTF8.self)
  }

  /// Presses keys by tmux' names for them.
  func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

  /// Types bytes as they are.
  func type(_ bytes: String) throws {
    try run(["send-keys", "-H"] + bytes.utf8.map { String($0, radix: 16) })
  }

  func resize(rows: Int, columns: Int) throws {
    try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// What is seen.
  func picture() throws -> String { try run(["capture-pane", "-p"]) }

  /// The probe's process.
  func pid() throws -> Int32 {
    let first = try picture().firstMatch(of: /pid (\d+)/)
    return try #require(first.flatMap { Int32($0.output.1) })
  }

  /// What tmux knows of the window.
  func answer(_ format: String) throws -> String {
    String(try run(["display-message", "-p", format]).dropLast())
  }

  /// Waits until this is seen, and returns all that is.
  @discardableResult
  func see(_ text: String, place: SourceLocation = #_sourceLocation) async throws -> String {
    try await see(text, place: place) { $0.contains(text) }
  }

  /// Waits until what is seen is as wanted, and returns it.
  @discardableResult
  func see(
    _ what: String, place: SourceLocation = #_sourceLocation, _ isSeen: (String) -> Bool
  ) async throws -> String {
    var last = ""
    try await wait {
      last = try picture()
      return isSeen(last)
    }
    if !isSeen(last) { Issue.record("not seen: \(what)\n\(last)", sourceLocation: place) }
    return last
  }

  /// Looks until it is so, half a minute at the longest.
  func wait(until isSo: () throws -> Bool) async throws {
    for _ in 0..<1500 {
      if try isSo() { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

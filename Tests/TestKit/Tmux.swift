internal import Glibc
internal import Processes
internal import Synchronization

/// A tmux server of a test's own with one window, ended with the value.
public final class Tmux {
  private static let count = Atomic<Int>(0)
  private let name: String

  /// - Parameter command: what the window runs through a shell; the window stays when it has ended.
  public init(_ command: String, rows: Int = 24, columns: Int = 80) throws {
    name = "zmey-tests-\(getpid())-\(Self.count.add(1, ordering: .relaxed).newValue)"
    try run(
      ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "\(command); exec sleep 1000"])
  }

  deinit { _ = try? run(["kill-server"]) }

  /// Gives tmux a command, and returns what it answers.
  @discardableResult
  public func run(_ arguments: [String]) throws -> String {
    let end = try runToEnd(
      Program(
        path: "/usr/bin/tmux", arguments: ["tmux", "-L", name, "-f", "/dev/null"] + arguments,
        environment: [
          "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "xterm", "SHELL": "/bin/sh", "HOME": "/",
        ]))
    return String(decoding: end.standardOutput, as: UTF8.self)
  }

  /// Presses keys by tmux' names for them.
  public func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

  /// Types bytes as they are.
  public func type(_ bytes: String) throws {
    try run(["send-keys", "-H"] + bytes.utf8.map { String($0, radix: 16) })
  }

  /// Gives the window another size.
  public func resize(rows: Int, columns: Int) throws {
    try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// What is seen.
  public func picture() throws -> String { try run(["capture-pane", "-p"]) }

  /// What tmux knows of the window.
  public func answer(_ format: String) throws -> String {
    String(try run(["display-message", "-p", format]).dropLast())
  }

  /// Waits until this is seen, and returns all that is.
  ///
  /// - Throws: `TmuxError` with what is seen instead.
  @discardableResult
  public func see(_ text: String, line: Int = #line) async throws -> String {
    try await see(text, line: line) { $0.contains(text) }
  }

  /// Waits until what is seen is as wanted, and returns it.
  ///
  /// - Throws: `TmuxError` with what is seen instead.
  @discardableResult
  public func see(
    _ what: String, line: Int = #line, _ isSeen: (String) -> Bool
  ) async throws -> String {
    var last = ""
    try await wait {
      last = try picture()
      return isSeen(last)
    }
    guard isSeen(last) else { throw TmuxError(description: "line \(line): not seen: \(what)\n\(last)") }
    return last
  }

  /// Looks until it is so, half a minute at the longest.
  public func wait(until isSo: () throws -> Bool) async throws {
    for _ in 0..<1500 {
      if try isSo() { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// What was awaited and not seen, and what was seen instead.
public struct TmuxError: Error, CustomStringConvertible {
  /// All of it.
  public let description: String
}

import Foundation
import TestKit

/// The console in a terminal, with what its user does and sees.
struct ConsoleWindow {
  let tmux: Tmux

  /// Starts it on the instance's database, as its owner unless another user is named.
  init(
    _ zmey: PrivateInstance, _ flags: String = "", user: String? = nil, rows: Int = 24, columns: Int = 80,
    settings: String = ""
  ) async throws {
    let db = user.map { zmey.conninfo.replacing(/user='[^']*'/, with: "user='\($0)'") } ?? zmey.conninfo
    tmux = try Tmux(
      "env HOME=\(zmey.path) ZM_DB=\"\(db)\" \(settings) \(Shell.programs)/zmtui \(flags); echo status=$?",
      rows: rows, columns: columns)
    if flags.isEmpty { try await tmux.see("● ") }
  }

  func press(_ keys: String...) throws { try send(keys) }

  /// Types a text, then presses keys.
  func type(_ text: String, _ keys: String...) throws {
    try tmux.run(["send-keys", "-l", "--", text])
    if !keys.isEmpty { try send(keys) }
  }

  /// Esc right before a letter would be Alt with it, which no Esc before a key of several bytes is.
  private func send(_ keys: [String]) throws {
    try tmux.run(["send-keys"] + keys.flatMap { $0 == "Escape" ? [$0, "F12"] : [$0] })
  }

  @discardableResult
  func see(_ text: String, line: Int = #line) async throws -> String {
    try await tmux.see(text, line: line)
  }

  @discardableResult
  func see(
    _ what: String, line: Int = #line, _ isSeen: (String) -> Bool
  ) async throws -> String {
    try await tmux.see(what, line: line, isSeen)
  }

  /// Goes to a pipeline on the board, by its filter.
  func find(_ pipeline: String) async throws {
    try press("1", "Escape", "/")
    try type(pipeline, "Enter")
    try await see("/\(pipeline)")
    try await see("the focus on \(pipeline)") { $0.contains("▌\(pipeline)") || $0.contains("▌*\(pipeline)") }
  }

}

extension String {
  /// The rows that hold a text.
  func rows(with text: String) -> [Substring] { split(separator: "\n").filter { $0.contains(text) } }
}

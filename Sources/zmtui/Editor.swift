import FoundationEssentials
import Glibc
import Terminal

/// Lets the operator's own programs show and change texts.
struct Editor {
  private let screen: Screen

  init(_ screen: Screen) { self.screen = screen }

  /// Opens a text in `$VISUAL`, `$EDITOR` or the system's editor, the cursor in that line, and returns what it became.
  ///
  /// - Parameter suffix: tells the editor the kind of text.
  /// - Throws: `EditorError` if the editor could not be run, or did not end well; then nothing is changed.
  func edit(_ text: String, suffix: String, line: Int) throws -> String {
    try withFile(named: suffix == "yaml" ? "definition.yaml" : suffix, Array(text.utf8)) { path in
      try run(
        ["VISUAL", "EDITOR"], ["sensible-editor", "vi", "nano"], line > 1 ? ["+\(line)", path] : [path])
      guard let bytes = FileManager.default.contents(atPath: path) else {
        throw EditorError(report: "the editor left no file")
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw EditorError(report: "what the editor left is not UTF-8; nothing was changed")
      }
      return text
    }
  }

  /// Shows bytes in `$PAGER` or less. What could speak to the terminal is left out before.
  func page(_ bytes: [UInt8]) throws {
    let safe = bytes.filter { $0 >= 0x20 && $0 != 0x7f || $0 == 0x0a || $0 == 0x09 }
    try withFile(named: "output", safe) { path in try run(["PAGER"], ["less", "more"], [path]) }
  }

  /// Runs what a variable says, which may have arguments of its own, or the first of these programs that there is.
  private func run(_ variables: [String], _ programs: [String], _ arguments: [String]) throws {
    let named = variables.compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }
    let command = named ?? programs.first(where: isInstalled)
    guard let command else { throw EditorError(report: "there is no editor here: set $\(variables[0])") }
    let status = try screen.runChild(["/bin/sh", "-c", "\(command) \"$@\"", "sh"] + arguments)
    guard status == 0 else {
      throw EditorError(report: "'\(command)' ended with code \(status); nothing was changed")
    }
  }

  private func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  /// A file that nobody else can read, in a folder of its own that is removed afterwards.
  private func withFile<T>(named name: String, _ bytes: [UInt8], _ body: (String) throws -> T) throws -> T {
    let root = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(root)/zmtui.XXXXXX".utf8CString)
    guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
      throw EditorError(report: "no folder can be made in '\(root)': \(String(cString: strerror(errno)))")
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = "\(folder)/\(name)"
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw EditorError(report: "'\(path)' cannot be written")
    }
    return try body(path)
  }
}

/// Why a text was not edited or shown.
struct EditorError: Error {
  /// The reason, in a sentence.
  let report: String
}

import FoundationEssentials
import Glibc
import Terminal
import ZmeyConsole

/// Lets the operator's own programs show and change texts.
struct Editor {
  private let screen: Screen

  init(_ screen: Screen) { self.screen = screen }

  /// What became of a text in the editor.
  struct Edited {
    /// The text; nil if nothing is to be made of it.
    var text: String?
    /// Where it lies if it is another than before: it stays there until it is applied.
    var path: String?
    /// What went wrong, in a sentence.
    var problem: String?
  }

  /// Opens a text in `$VISUAL`, `$EDITOR` or the system's editor, the cursor in that line if it is an editor of which it
  /// is known how that is said. What it left is never lost, however it ended.
  ///
  /// - Parameter suffix: tells the editor the kind of text.
  func edit(_ text: String, suffix: String, line: Int) -> Edited {
    do {
      let file = try File(named: suffix == "yaml" ? "definition.yaml" : suffix, Array(text.utf8))
      do {
        let command = try command(["VISUAL", "EDITOR"], ["sensible-editor", "vi", "nano"])
        let place = line > 1 && Self.takesLine(command) ? ["+\(line)"] : []
        try run(command, place + [file.path])
      } catch {
        return file.edited(after: Self.report(error))
      }
      return file.edited(after: nil)
    } catch {
      return Edited(problem: Self.report(error))
    }
  }

  /// Removes a text that was applied.
  static func discard(_ path: String) {
    guard let slash = path.lastIndex(of: "/") else { return }
    try? FileManager.default.removeItem(atPath: String(path[..<slash]))
  }

  /// Shows bytes in `$PAGER` or less, as the screen would: what could speak to the terminal is `�`.
  func page(_ bytes: [UInt8]) throws {
    let file = try File(named: "output", PlainText.safe(bytes))
    defer { file.remove() }
    try run(try command(["PAGER"], ["less", "more"]), [file.path])
  }

  // Programs ------------------------------------------------------------------------------------------------

  /// What a variable says, which may have arguments of its own, or the first of these programs that there is.
  private func command(_ variables: [String], _ programs: [String]) throws -> String {
    let named = variables.compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }
    guard let command = named ?? programs.first(where: isInstalled) else {
      throw EditorError(report: "there is no program for it here: set $\(variables[0])")
    }
    return command
  }

  /// Whether an editor takes `+7` for its line, and not for a file.
  private static func takesLine(_ command: String) -> Bool {
    let program = command.split(separator: " ").first?.split(separator: "/").last.map(String.init) ?? ""
    return editorsWithLine.contains(program.hasPrefix("vim.") ? "vim" : program)
  }

  private static let editorsWithLine: Set = [
    "sensible-editor", "editor", "vi", "vim", "nvim", "view", "gvim", "nano", "pico", "emacs", "emacsclient",
    "mg", "jed",
    "micro", "joe", "jmacs", "kak", "hx", "helix", "ne", "mcedit",
  ]

  private func run(_ command: String, _ arguments: [String]) throws {
    let status = try screen.runChild(["/bin/sh", "-c", "\(command) \"$@\"", "sh"] + arguments)
    guard status != 0 else { return }
    throw EditorError(
      report: status > 128
        ? "'\(command)' was ended by signal \(status - 128)" : "'\(command)' ended with code \(status)")
  }

  private func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .contains { access("\($0)/\(program)", X_OK) == 0 }
  }

  private static func report(_ error: any Error) -> String { (error as? EditorError)?.report ?? "\(error)" }

  /// A file that nobody else can read, in a folder of its own.
  private struct File {
    let path: String
    private let folder: String
    private let name: String
    private let given: Data

    init(named name: String, _ bytes: [UInt8]) throws {
      let root = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
      var template = Array("\(root)/zmtui.XXXXXX".utf8CString)
      guard let folder = mkdtemp(&template).map({ String(cString: $0) }) else {
        throw EditorError(report: "no folder can be made in '\(root)': \(String(cString: strerror(errno)))")
      }
      (self.folder, self.name, path) = (folder, name, "\(folder)/\(name)")
      given = Data(bytes)
      guard FileManager.default.createFile(atPath: path, contents: given) else {
        remove()
        throw EditorError(report: "'\(path)' cannot be written")
      }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// What an editor made of it, which ended well unless there is a problem. It is removed if nothing of it is new.
    func edited(after problem: String?) -> Edited {
      let left = FileManager.default.contents(atPath: path)
      let others = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0 != name } ?? []
      if let left, left != given {
        if let problem { return Edited(path: path, problem: "what was saved is kept in \(path): \(problem)") }
        guard let text = String(validating: left, as: UTF8.self) else {
          return Edited(path: path, problem: "what the editor left is not UTF-8: it is kept in \(path)")
        }
        return Edited(text: text, path: path)
      }
      // An editor that was killed may have left what was not saved beside the file.
      if problem != nil || left == nil, !others.isEmpty {
        return Edited(
          path: folder, problem: "what is left is kept in \(folder): \(problem ?? "the file is gone")")
      }
      remove()
      if let problem { return Edited(problem: "\(problem); nothing was changed") }
      return left == nil
        ? Edited(problem: "the editor left no file; nothing was changed")
        : Edited(text: String(decoding: given, as: UTF8.self))
    }
  }
}

/// Why a text was not edited or shown.
struct EditorError: Error {
  /// The reason, in a sentence.
  let report: String
}

import Foundation
import TestKit
import Testing

/// That the console loses nothing that was typed, and does in lines what it does on a screen.
@Suite("The console's safety", .instance(workers: 1, slots: 2), .serialized)
struct ConsoleSafetyTests {
  var zmey: PrivateInstance { .current }

  private func plain(_ lines: String, _ flags: String...) async throws -> Shell.Outcome {
    try await Shell.run("zmtui", ["--plain"] + flags, input: lines, variables: ["ZM_DB": zmey.conninfo])
  }

  /// The one path of a text that is kept which a picture shows.
  private func kept(_ picture: String) -> String? {
    picture.firstMatch(of: /kept in (\/[^\s:]+)/).map { String($0.1) }
  }

  private func editor(_ script: String) throws -> String {
    let path = "\(zmey.path)/editor"
    try "#!/bin/sh\nfor f; do :; done\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    chmod(path, 0o755)
    return path
  }

  private func template(_ name: String, editor: String) async throws -> ConsoleWindow {
    try await zmey.template(name, "#!/bin/sh\necho \(name)\n")
    let console = try await ConsoleWindow(
      zmey, columns: 200, settings: "EDITOR=\(editor) VISUAL= TMPDIR=/tmp")
    try console.press("4", "/")
    try console.type(name, "Enter")
    try await console.see("▌> \(name)")
    return console
  }

  @Test(arguments: [
    ("failed", "echo 'echo precious' >>$f; exit 3"), ("killed", "echo 'echo precious' >>$f; kill -9 $$"),
    ("unsaved", "echo 'echo precious' >$(dirname $f)/.script.swp; kill -1 $$"),
    ("garbled", "printf 'echo precious\\377' >$f"),
  ])
  func `what an editor left is kept however it ended, and it is said where`(name: String, script: String)
    async throws
  {
    let console = try await template(name, editor: try editor(script))
    try console.press("e")
    let picture = try await console.see("kept in")
    let path = try #require(kept(picture), "\(picture)")
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: path, isDirectory: &isFolder))
    let file = isFolder.boolValue ? "\(path)/.script.swp" : path
    let bytes = try #require(FileManager.default.contents(atPath: file))
    #expect(bytes.range(of: Data("precious".utf8)) != nil)
    try console.press("Q")
    try await console.see("status=0")
    try FileManager.default.removeItem(
      atPath: isFolder.boolValue ? path : String(path.dropLast("/script".count)))
  }

  private static let endsTheConsole =
    "p=$PPID; until [ $(cat /proc/$p/comm) = zmtui ]; do p=$(ps -o ppid= -p $p | tr -d ' '); done; kill -TERM $p"

  @Test func `a text that was edited when the console was ended is kept, and the terminal is as it was`()
    async throws
  {
    let console = try await template(
      "ended",
      editor: try editor("printf '\\033[?1h\\033='; echo 'exit 1 # \"' >>$f; \(Self.endsTheConsole)"))
    try console.press("e")
    let picture = try await console.see("status=143")
    let path = try #require(kept(picture), "\(picture)")
    #expect(try String(contentsOfFile: path, encoding: .utf8).contains("exit 1"))
    #expect(try console.tmux.run(["display-message", "-p", "#{keypad_cursor_flag}#{keypad_flag}"]) == "00\n")
    try FileManager.default.removeItem(atPath: String(path.dropLast("/script".count)))
  }

  @Test func `control and c ask before they throw a form away`() async throws {
    let console = try await ConsoleWindow(zmey)
    try await console.see("live")
    try console.press("n")
    try console.type("precious", "C-c")
    try await console.see("Throw away what was typed? y/N")
    try console.press("C-c")
    try await console.see("the form") { !$0.contains("Throw away") && $0.contains("precious") }
    // What is typed along with the key that asks is no answer.
    try console.press("C-c")
    try await console.see("Throw away what was typed? y/N")
    try console.press("y")
    try await console.see("thrown away")
  }

  @Test func `lines are commands, done in order, and their end says whether all were done`() async throws {
    try await zmey.must(
      "apply", "-",
      input: "pipelines: [{name: lines, tasks: [{name: a, script: \"#!/bin/sh\\n\"}]}]\n")
    let done = try await plain("hold lines\nstart lines\nquit\n")
    #expect(done.code == 0, "\(done.output) \(done.error)")
    let rows = done.output.split(separator: "\n")
    let (held, started) = (
      rows.firstIndex { $0.contains("held lines") }, rows.firstIndex { $0.contains("started lines: run") }
    )
    #expect(try #require(held, "\(rows)") < #require(started, "\(rows)"))
    #expect(rows.count { $0.contains(" at ") } == 1)
    let end = try await plain("resume lines\n")
    #expect(end.code == 0, "\(end.output) \(end.error)")
    let refused = try await plain("start nobodys\nquit\n")
    #expect(refused.code == 1)
    #expect(refused.output.contains("not done: no pipeline"))
    #expect(try await plain("start lines\nquit\n", "--readonly").code == 1)
    let unknown = try await plain("", "--pipeline", "lin")
    #expect(unknown.code == 3, "\(unknown.output)")
  }

  @Test func `a wrong file of keys is told by its lines, and the usual keys are printed`() async throws {
    let folder = "\(zmey.path)/settings/zmtui"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "stpo = x\nstop = Ctrl-x\n".write(toFile: "\(folder)/keys.conf", atomically: true, encoding: .utf8)
    let outcome = try await Shell.run(
      "zmtui", ["keys"], variables: ["XDG_CONFIG_HOME": "\(zmey.path)/settings"])
    #expect(outcome.code == 2)
    let lines = outcome.error.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.firstMatch(of: #/^/.*/keys\.conf:[12]: /#) != nil }, "\(lines)")
    #expect(outcome.output.contains("stop = x\n"))
  }
}

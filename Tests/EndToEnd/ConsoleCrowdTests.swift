import Foundation
import TestKit
import Testing

/// Several consoles on one database, each in a terminal of its own, and a database that goes and comes back.
@Suite("Consoles", .instance(workers: 1, slots: 4), .serialized)
struct ConsoleCrowdTests {
  var zmey: PrivateInstance { .current }

  /// Lets whoever runs the tests be these roles, too, as several people at one machine would be.
  private func admit(_ names: [String]) async throws {
    let path = "\(zmey.path)/postgres/pg_ident.conf"
    let caller = try #require(zmey.conninfo.firstMatch(of: /user='([^']*)'/)).1
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(names.map { "zmey \"\(caller)\" \"\($0)\"\n" }.joined().utf8))
    try file.close()
    kill(try zmey.database(), SIGHUP)
  }

  private func zmctl(as user: String, _ arguments: [String], input: String = "") async throws -> Shell.Outcome
  {
    try await Shell.run(
      "zmctl", arguments, input: input,
      variables: ["ZM_DB": zmey.conninfo.replacing(/user='[^']*'/, with: "user='\(user)'")])
  }

  private func pipeline(_ name: String) -> String {
    """
    pipelines:
      - name: \(name)
        tasks:
          - {name: speak, script: "#!/bin/sh\\necho words of \(name)\\nsleep 300\\n"}
    """
  }

  @Test func `two users see only their own, an admin sees both, a viewer changes nothing`() async throws {
    let people = ["anna", "bert", "vera"]
    for (name, role) in zip(people, ["user", "user", "viewer"]) {
      try await zmey.must("user", "add", name, "--role", role)
    }
    try await admit(people)
    for (name, own) in [("anna", "annas"), ("bert", "berts")] {
      try await until("\(name) gets in") { try await zmctl(as: name, ["status"]).code == 0 }
      #expect(try await zmctl(as: name, ["apply", "-"], input: pipeline(own)).code == 0)
      #expect(try await zmctl(as: name, ["start", own]).code == 0)
    }
    let anna = try await ConsoleWindow(zmey, user: "anna")
    let bert = try await ConsoleWindow(zmey, user: "bert")
    let admin = try await ConsoleWindow(zmey)
    let vera = try await ConsoleWindow(zmey, user: "vera")
    try await anna.see("annas")
    try await bert.see("berts")
    for window in [admin, vera] {
      try await window.see("both") { $0.contains("annas") && $0.contains("berts") }
    }

    // Each on every view that could show what is the other's, with its output.
    for (window, own, other) in [(anna, "annas", "berts"), (bert, "berts", "annas")] {
      try window.press("1", "Enter", "Enter")
      try await window.see("words of \(own)")
      for view in ["1", "2", "3", "4", "5", "6"] {
        try window.press("Escape", "Escape", view)
        let picture = try await window.see("view \(view)") {
          $0.rows(with: "[\(view) ").isEmpty == false
        }
        #expect(!picture.contains(other), "view \(view)")
      }
      try window.press("1")
      try await window.see(own)
    }

    // What one does is seen by the admin at once and by the other never.
    try anna.press("p")
    try await anna.see("z undoes")
    try await admin.see("annas paused") { $0.rows(with: "annas").contains { $0.contains("paused") } }
    #expect(try !bert.tmux.picture().contains("annas"))

    try vera.press("x")
    try await vera.see("a viewer changes nothing")
    try admin.press("1")
    try await admin.find("berts")
    try admin.press("x")
    try await admin.see("y/N")
    try admin.press("y")
    try await bert.see("berts stopped") { $0.rows(with: "berts").contains { $0.contains("stopped") } }
    #expect(try await zmctl(as: "anna", ["stop", "--pipeline", "annas", "--yes"]).code == 0)
  }

  @Test func `a database that goes leaves the picture with its age, and comes back to the same place`()
    async throws
  {
    for name in ["lost-a", "lost-b", "lost-c"] {
      try await zmey.must("apply", "-", input: pipeline(name))
    }
    try await zmey.must("start", "lost-b")
    let console = try await ConsoleWindow(zmey)
    try await console.find("lost-b")
    try console.press("Enter", "Enter")
    try await console.see("words of lost-b")

    try end(try zmey.database(), SIGINT)
    try await console.see("database lost")
    try await console.see("its age grows") { $0.firstMatch(of: /data [3-9]s old/) != nil }
    let picture = try await console.see("READ ONLY")
    #expect(picture.contains("words of lost-b"), "what was known stays")
    try console.press("x")
    try await console.see("read only: the database is lost")
    // It can be looked around in.
    try console.press("Escape", "Escape")
    try await console.see("the board") { $0.contains("[1 Board]") && $0.contains("lost-b") }

    try await zmey.up()
    try await console.see("it is back") { !$0.contains("database lost") && $0.contains("live") }
    try await console.see("the same place") { $0.contains("▌lost-b") }
    // And it acts again.
    try console.press("x")
    try await console.see("y/N")
    try console.press("y")
    try await console.see("stopped")

    // With nothing under way, too, it sees the scheduler come back.
    try end(try zmey.database(), SIGINT)
    try await console.see("database lost")
    try await zmey.up()
    try await console.see("all is well") { $0.split(separator: "\n").first?.hasSuffix("● live") == true }
  }
}

import Foundation
import TestKit
import Testing

/// The console as an operator has it: a real terminal, real daemons, keys alone.
@Suite("The console", .instance(workers: 2, slots: 4), .serialized)
struct ConsoleTests {
  var zmey: PrivateInstance { .current }

  /// A pipeline whose tasks count loudly: into a file, so that it is seen whether their processes run.
  private func counting(_ name: String, seconds: Int = 300) async throws {
    try await zmey.must(
      "apply", "-",
      input: """
        templates:
          - {name: \(name)-quick, average: 1s, script: "#!/bin/sh\\necho quick\\n"}
          - name: \(name)-count
            average: 30s
            script: |
              #!/bin/sh
              i=0
              while [ $i -lt \(seconds * 10) ]; do i=$((i+1)); echo $i >\(zmey.path)/\(name); echo line $i; sleep 0.1; done
        pipelines:
          - name: \(name)
            tasks:
              - {name: begin, template: \(name)-quick}
              - {name: count, template: \(name)-count, after: [begin]}
              - {name: end, template: \(name)-quick, after: [count]}
        """)
  }

  /// How far the script of `counting` has come.
  private func count(_ name: String) -> Int {
    (try? String(contentsOfFile: "\(zmey.path)/\(name)", encoding: .utf8))
      .flatMap { Int($0.trimmingCharacters(in: .newlines)) } ?? 0
  }

  private func taskRun(_ task: String, of pipeline: String) async throws -> TaskRun? {
    try await zmey.must("list", "--pipeline", pipeline, "--json").json([TaskRun].self).first {
      $0.name == task
    }
  }

  @Test func `with keys alone a pipeline is started, a task paused, resumed and stopped, each proven`()
    async throws
  {
    try await counting("steps")
    let console = try await ConsoleWindow(zmey)
    try await console.find("steps")
    try console.press("s")
    try await console.see("started")
    // Its bar moves.
    let first = try await console.see("a bar of task count") {
      $0.firstMatch(of: /count [█▏▎▍▌▋▊▉░]+ +\d+%/) != nil
    }
    try await console.see("a longer bar") { $0.rows(with: "begin") != first.rows(with: "begin") }

    // Among its tasks the cursor begins with the one that runs.
    try console.press("Enter", "p")
    try await until("the task is paused") { try await taskRun("count", of: "steps")?.state == "paused" }
    try await console.see("‖ count")
    let stood = count("steps")
    #expect(stood > 0)
    try await Task.sleep(for: .milliseconds(500))
    #expect(count("steps") == stood, "its processes stand still")

    try console.press("P")
    try await until("the task runs") { try await taskRun("count", of: "steps")?.state == "running" }
    try await until("its processes go on") { count("steps") > stood }

    try console.press("x")
    try await console.see("y/N")
    try console.press("Enter")
    try await console.see("not done")
    #expect(try await taskRun("count", of: "steps")?.state == "running")
    try console.press("x")
    try await console.see("y/N")
    try console.press("y")
    try await until("the task is stopped") { try await taskRun("count", of: "steps")?.state == "stopped" }
    try await console.see("stopped")
  }

  @Test func `a pause is undone with one key`() async throws {
    try await counting("undone")
    let console = try await ConsoleWindow(zmey)
    try await console.find("undone")
    try console.press("s")
    try await until("it runs") { count("undone") > 0 }
    try console.press("p")
    try await console.see("z undoes")
    try await until("it is paused") { try await taskRun("count", of: "undone")?.state == "paused" }
    try console.press("z")
    try await until("it runs again") { try await taskRun("count", of: "undone")?.state == "running" }
    try await zmey.must("stop", "--pipeline", "undone", "--yes")
  }

  @Test func `output is watched as it comes, and what follows a task is run again from it`() async throws {
    try await counting("watched", seconds: 2)
    let console = try await ConsoleWindow(zmey)
    try await console.find("watched")
    try console.press("s")
    try await until("it runs") { count("watched") > 0 }
    try await console.see("► count")
    try console.press("Enter", "Enter")
    try await console.see("count · task run")
    let seen = try await console.see("lines of its output") { $0.contains("line ") }
    try await console.see("further lines") { $0 != seen && $0.contains("line 20") }
    try await console.see("succeeded")
    try await until("the run has ended") { try await taskRun("end", of: "watched")?.state == "succeeded" }

    let before = try await taskRun("count", of: "watched")?.runId
    try console.press("R")
    try await until("a run that repeats it") { try await taskRun("count", of: "watched")?.runId != before }
    let again = try #require(try await taskRun("count", of: "watched")).runId
    try await until("it has ended") { try await taskRun("end", of: "watched")?.state == "succeeded" }
    let names = try await zmey.must("list", "--run", "\(again)", "--json").json([TaskRun].self).map(\.name)
    #expect(Set(names) == ["count", "end"])
  }

  @Test
  func `a script is edited in the operator's editor; a wrong definition is shown at its line and not lost`()
    async throws
  {
    try await counting("edited")
    let editor = "\(zmey.path)/editor"
    try "#!/bin/sh\nfor f; do :; done\ncp $f \(zmey.path)/seen\n. \(zmey.path)/change\n"
      .write(toFile: editor, atomically: true, encoding: .utf8)
    chmod(editor, 0o755)
    func change(_ text: String) throws {
      try text.write(toFile: "\(zmey.path)/change", atomically: true, encoding: .utf8)
    }
    let console = try await ConsoleWindow(zmey, settings: "EDITOR=\(editor) VISUAL=")
    try await console.see("live")
    try console.press("4", "/")
    try console.type("edited-quick", "Enter")
    try await console.see("▌> edited-quick")
    try change("echo 'echo changed' >>$f\n")
    try console.press("e")
    try await until("the script is changed") {
      try await zmey.must("export", "edited").output.contains("echo changed")
    }
    #expect(try String(contentsOfFile: "\(zmey.path)/seen", encoding: .utf8).hasPrefix("#!/bin/sh\n"))

    try change("sed -i 's/average: 1s/avrage: 1s/' $f\n")
    try console.press("E")
    let picture = try await console.see("avrage")
    #expect(picture.firstMatch(of: /\d+:\d+ .*avrage/) != nil, "with its line: \(picture)")
    #expect(try await zmey.must("export", "edited").output.contains("average: 1s"))
    try change("sed -i 's/avrage: 1s/average: 7s/' $f\n")
    try console.press("e")
    try await until("it is changed") {
      try await zmey.must("export", "edited").output.contains("average: 7s")
    }
  }

  @Test func `a task and a link with a condition are added in forms`() async throws {
    try await counting("grown")
    let console = try await ConsoleWindow(zmey)
    try await console.find("grown")
    try console.press("Enter", "Right", "Right", "n")
    try await console.see("arguments")
    try console.type("extra", "Tab")
    try console.type("g", "Tab")
    try console.type("--fast 'two words'", "Enter")
    try await until("the task is there") { try await zmey.must("export", "grown").output.contains("extra") }
    let yaml = try await zmey.must("export", "grown").output
    #expect(yaml.contains("two words"))

    try await console.see("extra")
    try console.press("Escape", "Escape")
    try await console.find("grown")
    try console.press("Enter", "a")
    try await console.see("from")
    try console.press("Tab")
    // By its letter: the first press finds "end", the second "extra".
    try console.press("e")
    try await console.see("< end >")
    try console.press("e")
    try await console.see("< extra >")
    try console.press("Tab")
    try console.type("exit_code == 4", "Enter")
    try await until("the link is there") {
      try await zmey.must("export", "grown").output.contains("exit_code == 4")
    }
    // A condition that cannot be read stays in its field.
    try console.press("a")
    try await console.see("from")
    try console.press("Tab", "Tab")
    try console.type("exit_code ==", "Enter")
    try await console.see("a problem at the field") {
      $0.contains("exit_code ==") && $0.contains("Enter does it")
    }
    try console.press("Escape")
  }

  @Test func `an event is set in a form, fired, switched off and on`() async throws {
    try await counting("timed", seconds: 1)
    let console = try await ConsoleWindow(zmey)
    try console.press("3", "n")
    try await console.see("New event")
    try console.type("each-day", "Tab", "Tab")
    try console.type("15 4 * * *", "Tab", "Tab")
    try console.type("timed", "Enter")
    try await until("the event is there") { try await zmey.must("export").output.contains("each-day") }
    try await console.see("15 4 * * *")
    try console.press("f")
    try await until("it started a run") { try await taskRun("begin", of: "timed") != nil }
    try console.press("d")
    try await until("it is off") {
      try await zmey.must("event", "show", "each-day").output.contains("enabled: false")
    }
    try await console.see("off")
    try console.press("z")
    try await until("it is on") {
      try await !zmey.must("event", "show", "each-day").output.contains("enabled: false")
    }
    try await until("its run has ended") { try await taskRun("end", of: "timed")?.state == "succeeded" }
  }

  @Test func `a worker is drained with a reason and takes work again`() async throws {
    let console = try await ConsoleWindow(zmey)
    try console.press("5")
    try await console.see("w2")
    try console.press("d")
    try await console.see("reason")
    try console.type("new disk", "Enter")
    try await until("a worker is drained") {
      try await zmey.must("worker", "list", "--json").json([Worker].self).contains {
        $0.drainReason == "new disk"
      }
    }
    try await console.see("drained")
    try console.press("D")
    try await until("no worker is drained") {
      try await !zmey.must("worker", "list", "--json").json([Worker].self).contains(where: \.isDrained)
    }
  }

  @Test
  func `names, arguments and output of any kind stay within their columns and send nothing to the terminal`()
    async throws
  {
    let script =
      #"#!/bin/sh\nprintf '\\033]0;owned\\007\\033[31mred\\033[2J\\033[H\\377\\376 bad\\n'; "#
      + #"head -c 10000 /dev/zero | tr '\\0' x; printf '\\nbidi \\342\\200\\256 end\\r\\nlast\\n'; sleep 1"#
    try await zmey.must(
      "apply", "-",
      input: """
        pipelines:
          - name: odd
            tasks:
              - {name: "\(#"a\u202eb 顧客 é"#)", args: ["\(#"\u202e"#)", "--x"], script: "\(script)"}
        """)
    let console = try await ConsoleWindow(zmey)
    try await console.find("odd")
    try console.press("s")
    try await until("it has run") {
      try await zmey.must("list", "--pipeline", "odd", "--json").json([TaskRun].self).first?.state
        == "succeeded"
    }
    let board = try await console.see("a�b")
    let widths = Set(
      board.split(separator: "\n").filter { $0.hasPrefix("┌") || $0.hasPrefix("└") }.map(\.count))
    #expect(widths == [80], "straight columns: \(board)")
    try console.press("Enter", "Enter")
    let picture = try await console.see("last")
    #expect(picture.contains("red") && picture.contains("bidi � end") && picture.contains("xxxxxxxx"))
    #expect(!picture.contains("\u{1b}") && !picture.contains("\u{202e}"))
    #expect(try console.tmux.answer("#{pane_title}") != "owned")
    let body = picture.split(separator: "\n").filter { $0.hasPrefix("│") || $0.hasPrefix("▌") }
    #expect(body.allSatisfy { $0.hasSuffix("│") }, "\(picture)")
  }

  @Test func `every size is drawn, and the board is whole again afterwards`() async throws {
    try await counting("sized", seconds: 1)
    let console = try await ConsoleWindow(zmey)
    try await console.find("sized")
    let before = try await console.see("sized")
    for (rows, columns) in [(60, 200), (12, 40), (6, 28), (2, 10)] {
      try console.tmux.resize(rows: rows, columns: columns)
      try await console.see("its first row") { !$0.allSatisfy(\.isWhitespace) }
    }
    try console.tmux.resize(rows: 24, columns: 80)
    try await console.see("the board as it was") { $0.rows(with: "sized") == before.rows(with: "sized") }
  }
}

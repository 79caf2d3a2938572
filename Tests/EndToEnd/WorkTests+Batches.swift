import Foundation
import Testing

extension WorkTests {
  @Test func `a thousand task runs at once all succeed, none lost, each with its result`() async throws {
    try await zmey.template("res", "#!/bin/sh\necho res\n")
    let run: Run = try await zmey.must("submit", "res", "--count", "1000", "--wait", "--json").json()
    let taskRuns = try #require(run.taskRuns)
    #expect(run.total == 1000)
    #expect(Set(taskRuns.map(\.id)).count == 1000)
    #expect(taskRuns.allSatisfy { $0.state == "succeeded" && $0.result == "res\n" && $0.attempt == 1 })
  }

  @Test func `a line of a file is a task run, its tabs part the arguments`() async throws {
    try await zmey.template("show", "#!/bin/sh\nprintf '[%s]' \"$@\"\n")
    let lines = [
      "one", "two\twords here", "\t", "", "quote'\"$(id)`id`;&|<>*?", "-n\t--help\t--", "ä€😀\u{301}",
      "back\\slash\\n", "  ",
      "null\t{}\tNULL\t\\N",
    ]
    let outcome = try await zmey.zmctl(
      "submit", "show", "--args-from", "-", "--wait", "--json", input: lines.joined(separator: "\n") + "\n")
    let results = try outcome.json(Run.self).taskRuns?.map(\.result)
    let expected = lines.map { line in
      line.isEmpty
        ? "[]" : line.split(separator: "\t", omittingEmptySubsequences: false).map { "[\($0)]" }.joined()
    }
    #expect(results == expected)
  }

  @Test func `lines may end as on Windows, and nothing else ends one`() async throws {
    try await zmey.template("ends", "#!/bin/sh\nprintf '[%s]' \"$@\"\n")
    let outcome = try await zmey.zmctl(
      "submit", "ends", "--args-from", "-", "--wait", "--json",
      input: "a\tb\r\n\r\nc\u{2028}\u{85}\u{b}\u{c}\rd\ne")
    #expect(
      try outcome.json(Run.self).taskRuns?.map(\.result)
        == ["[a][b]", "[]", "[c\u{2028}\u{85}\u{b}\u{c}\rd]", "[e]"])
  }

  @Test func `what is submitted twice under a key is run once`() async throws {
    let notes = "\(zmey.path)/once"
    try await zmey.template("once", "#!/bin/sh\necho \"$1\" >>\(notes)\n")
    let lines = (1...1500).map { "\($0)\n" }.joined()
    var runs: Set<Int64> = []
    for _ in 1...2 {
      let outcome = try await zmey.must(
        "submit", "once", "--args-from", "-", "--key", "k", "--wait", "--json", input: lines)
      let run = try outcome.json(Run.self)
      #expect((run.state, run.total) == ("succeeded", 1500))
      runs.insert(run.id)
    }
    #expect(runs.count == 1)
    let ran = try String(contentsOfFile: notes, encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
    #expect(ran.sorted() == Array(1...1500))
  }

  @Test func `exec runs a command and hands its output and its failure on`() async throws {
    let good = try await zmey.zmctl("exec", "--wait", "--", "printf", "%s;", "a b", "-x", "*")
    #expect(good.output == "a b;-x;*;")
    #expect(good.code == 0)
    let bad = try await zmey.zmctl("exec", "--wait", "--", "sh", "-c", "echo out; echo err >&2; exit 5")
    #expect(bad.code == 1)
    #expect(bad.output == "out\n")
    #expect(bad.error.hasPrefix("err\n"))
    #expect(bad.error.contains("it exited with code 5"))
  }

  @Test func `wait, list, show and history agree on a run`() async throws {
    let taskRun = try await zmey.run(script: "#!/bin/sh\necho agreed", as: "agreed")
    #expect(try await zmey.must("wait", "\(taskRun.runId)").output == "\(taskRun.runId) succeeded\n")
    #expect(try await zmey.must("wait", "\(taskRun.id)").output == "\(taskRun.id) succeeded\n")
    let listed = try await zmey.must("list", "--run", "\(taskRun.runId)", "--json").json([TaskRun].self)
    #expect(listed.map(\.result) == ["agreed\n"])
    #expect(try await zmey.must("show", "\(taskRun.id)", "--json").json(TaskRun.self).state == "succeeded")
    let history = try await zmey.must("history", "--limit", "1000", "--json").json([Run].self)
    #expect(history.contains { $0.id == taskRun.runId && $0.state == "succeeded" })
  }
}

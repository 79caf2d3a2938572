import Testing

extension WorkTests {
  /// Five tasks in a row, each of which adds its name to what it was handed and notes that it ran.
  private func startChain(_ name: String) async throws -> Run {
    let names = ["a", "b", "c", "d", "e"]
    let tasks = names.enumerated().map { index, task in
      let after = index == 0 ? "" : ", after: [{task: \(names[index - 1]), pass: argument}]"
      return
        "        - {name: \(task), script: \"#!/bin/sh\\necho $1\(task); echo \(task) >>\(zmey.path)/\(name)\"\(after)}"
    }
    return try await zmey.run(
      name, "pipelines:\n  - name: \(name)\n    tasks:\n" + tasks.joined(separator: "\n"))
  }

  @Test func `rerun --from the middle of a chain runs that and what follows, with what was handed on`()
    async throws
  {
    let first = try await startChain("links")
    #expect(first["e"]?.result == "abcde\n")
    let again: Run = try await zmey.zmctl(
      "rerun", "--from", "\(try #require(first["c"]).id)", "--wait", "--json"
    ).json()
    #expect(again.states == ["c": "succeeded", "d": "succeeded", "e": "succeeded"])
    #expect(again["c"]?.result == "abc\n")
    #expect(again["e"]?.result == "abcde\n")
    #expect(again.rerunOf == first.id)
    let ran = try await Shell.run("/bin/cat", ["\(zmey.path)/links"]).output
    #expect(ran == "a\nb\nc\nd\ne\nc\nd\ne\n")

    let alone = try await zmey.must("rerun", "\(try #require(first["b"]).id)", "--wait")
    #expect(alone.output.contains("links: succeeded, 1 task runs, 0 failed"))
    let newest: Run = try await zmey.zmctl("rerun", "--pipeline", "links", "--wait", "--json").json()
    #expect(newest.states == ["b": "succeeded"])
  }

  @Test func `rerun --failed runs what failed, and --latest what is mended`() async throws {
    func yaml(_ code: Int) -> String {
      """
      pipelines:
        - name: mended
          tasks:
            - {name: good, script: "#!/bin/sh\\necho good"}
            - {name: bad, script: "#!/bin/sh\\nexit \(code)", after: [{task: good}]}
            - {name: last, script: "#!/bin/sh\\necho last $1", after: [{task: good, pass: argument}, {task: bad}]}
      """
    }
    let first = try await zmey.run("mended", yaml(3))
    #expect(first.states == ["good": "succeeded", "bad": "failed", "last": "skipped"])
    let same = try await zmey.zmctl("rerun", "--failed", "\(first.id)", "--wait")
    #expect(same.code == 1)
    try await zmey.must("apply", "-", input: yaml(0))
    let mended: Run = try await zmey.zmctl(
      "rerun", "--failed", "\(first.id)", "--latest", "--wait", "--json"
    ).json()
    #expect(mended.states == ["bad": "succeeded", "last": "succeeded"])
    #expect(mended["last"]?.result == "last good\n")
  }

  @Test func `rerun of several prints a run for each, or nothing at all`() async throws {
    try await zmey.template("several", "#!/bin/sh\necho $1\n")
    let runs = [try await zmey.submit("several"), try await zmey.submit("several")]
    for run in runs { try await zmey.must("wait", "\(run)") }
    let again = try await zmey.must("rerun", "\(runs[0])", "--run", "\(runs[1])")
    let numbers = again.output.split(separator: "\n").compactMap { Int64($0) }
    #expect(numbers.count == 2)
    for run in numbers { try await zmey.must("wait", "\(run)") }
    let half = try await zmey.zmctl("rerun", "\(runs[0])", "7")
    #expect((half.code, half.output) == (3, ""))
    #expect(try await zmey.count("select from zm.run where rerun_of = \(runs[0])") == 1)
  }

  @Test func `show has the attempts, and each keeps its result and its log`() async throws {
    let taskRun = try await zmey.run(
      script: "#!/bin/sh\necho attempt $ZM_ATTEMPT\ntest $ZM_ATTEMPT = 2", as: "second-time", "--attempts",
      "3")
    let shown: TaskRun = try await zmey.must("show", "\(taskRun.id)", "--json").json()
    #expect(shown.attempts?.map(\.state) == ["failed", "succeeded"])
    #expect(shown.attempts?.map(\.exitCode) == [1, 0])
    #expect(shown.attempts?.map(\.resultBytes) == [10, 10])
    let text = try await zmey.must("show", "\(taskRun.id)").output
    #expect(text.contains("ATTEMPT") && text.contains("failed") && text.contains("succeeded"))
    #expect(try await zmey.must("result", "\(taskRun.id)", "--attempt", "1").output == "attempt 1\n")
    #expect(try await zmey.must("result", "\(taskRun.id)").output == "attempt 2\n")
    for verb in ["result", "logs"] {
      #expect(try await zmey.zmctl(verb, "\(taskRun.id)", "--attempt", "3").code == 3, "\(verb)")
    }
  }
}

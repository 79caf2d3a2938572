import Postgres
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A task over items` {
  private func mapped(_ source: MapDefinition.Source, limit: Int = 1000, _ links: LinkDefinition...)
    -> TaskDefinition
  {
    var mapped = task("each", args: ["-v"])
    mapped.map = MapDefinition(source, limit: limit)
    mapped.after = links
    return mapped
  }

  /// Ends what is queued until nothing is: the result is the last argument; tasks get `verdict` if that is in `failing`.
  private func finishAll(_ world: World, failing: Set<String> = []) async throws -> Int {
    var most = 0
    while case let claimed = try await world.scheduler.claim(100), !claimed.isEmpty {
      most = max(most, claimed.count)
      for task in claimed {
        let last = task.arguments.last ?? ""
        try await world.scheduler.finish(
          [task.fence], failing.contains(last) ? .failed : .succeeded, result: Array("<\(last)>\n".utf8))
      }
    }
    return most
  }

  private func result(_ world: World, _ run: RunID, _ name: String) async throws -> String {
    try await world.root.texts(
      """
      select convert_from(zm.output_of(id, attempt), 'UTF8') from zm.task_run
      where run_id = $1 and name = $2 and item is null
      """, [.int8(run.rawValue), .text(name)])[0]
  }

  @Test func `runs once for each line, and its result is theirs in order`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("list"), mapped(.task("list", .lines), limit: 2, after("list")),
          task("sum", after("each", pass: .stdin))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array("b\r\na\n\nc\n".utf8))
      #expect(
        try await world.states(run) == [
          "each=running", "each=queued", "each=queued", "list=succeeded", "sum=waiting",
        ])
      let first = try await world.scheduler.claim(10)
      #expect(first.map(\.arguments) == [["-v", "b"], ["-v", "a"]])
      #expect(first.map(\.settings.environment) == [["ZM_ITEM": "1"], ["ZM_ITEM": "2"]])
      for task in first {
        try await world.scheduler.finish([task.fence], result: Array("<\(task.arguments[1])>".utf8))
      }
      let rest = try await world.scheduler.claim(10)
      #expect(rest.map(\.arguments) == [["-v", ""], ["-v", "c"]])
      for task in rest {
        try await world.scheduler.finish([task.fence], result: Array("<\(task.arguments[1])>\n".utf8))
      }
      #expect(try await result(world, run, "each") == "<b>\n<a>\n<>\n<c>\n")
      let last = try await world.scheduler.claim(10)
      #expect(
        last.map { $0.inputs.map { String(decoding: $0.bytes, as: UTF8.self) } } == [["<b>\n<a>\n<>\n<c>\n"]])
      try await world.scheduler.finish(last.map(\.fence))
      #expect(try await world.tally(run) == "3 3 0 succeeded")
    }
  }

  @Test func `of a JSON array gives a JSON array`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("list"), mapped(.task("list", .json), after("list"))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array(#"["x y", 5, {"k": null}]"#.utf8))
      let items = try await world.scheduler.claim(10)
      #expect(items.map(\.arguments) == [["-v", "x y"], ["-v", "5"], ["-v", #"{"k": null}"#]])
      for (task, result) in zip(items, ["plain", "[1]", ""]) {
        try await world.scheduler.finish([task.fence], result: Array(result.utf8))
      }
      #expect(try await result(world, run, "each") == #"["plain",[1],""]"#)
    }
  }

  @Test func `makes few task runs at a time of 100000 items, and none of them twice`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(task("list"), mapped(.task("list", .lines), after("list"))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      let lines = (1...100_000).map { "\($0)\n" }.joined()
      try await world.scheduler.finish(claimed.map(\.fence), result: Array(lines.utf8))
      let rows = "select count(*) from zm.task_run where item is not null"
      #expect(try await world.root.int(rows) == 1000)
      for done in 1...3 {
        let batch = try await world.scheduler.claim(500)
        try await world.scheduler.finish(batch.map(\.fence))
        #expect(try await world.root.int(rows) == Int64(1000 + 500 * done))
      }
      #expect(try await world.root.int("\(rows) and state < 10") == 1000)
      #expect(
        try await world.root.int("select count(distinct item) from zm.task_run where item is not null")
          == 2500)
      #expect(try await world.root.int("select max(args[1]::int) from zm.task_spec") == 2500)
      _ = try await world.anna.run { session in try People.control(.stop, [run.rawValue], session) }
      #expect(try await world.tally(run) == "2 2 0 stopped")
      #expect(try await world.root.int("select count(*) from zm.queue") == 0)
    }
  }

  @Test func `fails when an item does, after the others have had their turn`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          mapped(.items(["a", "b", "c"]), limit: 1), task("next", after("each")),
          task("alarm", after("each", .failure))))
      let run = try await world.start()
      #expect(try await finishAll(world, failing: ["a", "c"]) == 1)
      #expect(
        try await world.states(run) == [
          "alarm=succeeded", "each=failed", "each=failed", "each=succeeded", "each=failed", "next=skipped",
        ])
      #expect(
        try await world.root.texts("select reason from zm.task_run where is_fan") == ["2 of 3 items failed"])
      #expect(try await world.tally(run) == "3 3 1 failed")
    }
  }

  @Test(arguments: [
    (MapDefinition.Form.lines, "", "succeeded", ""), (.json, "[]", "succeeded", "[]"),
    (.json, "{}", "failed", ""), (.json, "[1", "failed", ""),
  ])
  func `ends at once without items, or with what has none`(
    _ form: MapDefinition.Form, _ source: String, _ state: String, _ result: String
  ) async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(
          task("list"), mapped(.task("list", form), after("list")), task("next", after("each", .always))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array(source.utf8))
      #expect(try await world.states(run) == ["each=\(state)", "list=succeeded", "next=queued"])
      if state == "succeeded" { #expect(try await self.result(world, run, "each") == result) }
    }
  }

  @Test func `paused makes no further items, and resumed goes on`() async throws {
    try await World.with { world in
      try await world.apply(pipeline(mapped(.items(["a", "b", "c"]), limit: 1)))
      let run = try await world.start()
      let first = try await world.scheduler.claim(1)
      _ = try await world.anna.run { session in try People.control(.pause, [run.rawValue], session) }
      try await world.scheduler.finish(first.map(\.fence))
      #expect(try await world.states(run) == ["each=running", "each=succeeded"])
      _ = try await world.anna.run { session in try People.control(.resume, [run.rawValue], session) }
      #expect(try await world.states(run) == ["each=running", "each=succeeded", "each=queued"])
      _ = try await finishAll(world)
      #expect(try await world.tally(run) == "1 1 0 succeeded")
    }
  }

  @Test func `runs again as a whole, over the same items`() async throws {
    try await World.with { world in
      try await world.apply(
        pipeline(task("list"), mapped(.task("list", .lines), after("list")), task("next", after("each"))))
      let run = try await world.start()
      let claimed = try await world.scheduler.claim(1)
      try await world.scheduler.finish(claimed.map(\.fence), result: Array("a\nb\n".utf8))
      _ = try await finishAll(world, failing: ["b"])
      let again = try await world.anna.run { session in
        try People.rerun(run.rawValue, .failed, isLatest: false, session)
      }
      #expect(
        try await world.states(again) == ["each=running", "each=queued", "each=queued", "next=waiting"])
      let item = try await world.root.int("select min(id) from zm.task_run where item = 1 and state >= 10")
      let error = await databaseError {
        _ = try await world.anna.run { session in try People.rerun(item, .alone, isLatest: false, session) }
      }
      #expect(error?.message.contains("is an item of task run") == true)
      _ = try await finishAll(world)
      #expect(try await world.tally(again) == "2 2 0 succeeded")
    }
  }
}

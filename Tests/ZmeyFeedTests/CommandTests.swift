import Postgres
import TestKit
import Testing
import ZmeyConsole
import ZmeyCore
import ZmeyStore

@testable import ZmeyFeed

@Suite(.timeLimit(.minutes(2))) struct `A command` {
  @Test func `starts, pauses, stops and runs again`() async throws {
    try await World.with { world in
      try await world.save(task("a"), task("b", after: "a"))
      try await world.apply(
        Definitions(templates: [TemplateDefinition(name: "t", program: Program(script: "#!/bin/sh\n"))]))
      try await Desk.with(world.conninfo()) { desk in
        let started = await desk.reply(.start(pipeline: "p", task: nil, arguments: []))
        let run = try #require(started.run)
        #expect(started.text == "started p: run \(run)")
        let part = await desk.reply(.start(pipeline: "p", task: "b", arguments: ["x"]))
        #expect(part.text.hasPrefix("started p/b: run "))
        let batch = await desk.reply(.submit(template: "t", arguments: ["x"]))
        #expect(batch.text.hasPrefix("started t: run "))
        _ = try await world.claim(1)
        let paused = await desk.reply(.controlPipeline(.pause, "p"))
        #expect(
          Set(
            paused.text.split(separator: ": ")[1].split(separator: ", ").map { $0.split(separator: " ").last }
          ) == [
            "pausing", "held", "later",
          ])
        #expect(paused.text.hasPrefix("paused p: "))
        #expect(
          await desk.reply(.controlPipeline(.pause, "p")) == .unchanged("p is paused already"))
        let resumed = await desk.reply(.controlPipeline(.resume, "p"))
        #expect(resumed.text.contains("1 not marked any more"))
        #expect(!resumed.text.contains("later"))
        #expect(
          await desk.reply(.controlPipeline(.release, "p")) == .unchanged("nothing of p is held"))
        let stopped = await desk.reply(.control(.stop, ids: [try #require(part.run).rawValue]))
        #expect(stopped.text == "1 task run stopped")
        desk.want(.run(try #require(part.run)))
        let over = await desk.run(try #require(part.run)) { $0.run.state == .stopped }.taskRuns[0].id
        let again = await desk.reply(.control(.stop, ids: [over.rawValue]))
        #expect(again.text == "unchanged: 1 was over already")
        let nothing = await desk.reply(.control(.stop, ids: [try #require(part.run).rawValue]))
        #expect(nothing.text == "unchanged: nothing was left to stop")
        let rerun = await desk.reply(.rerun(try #require(part.run).rawValue, .failed))
        #expect(rerun.run != nil)
      }
    }
  }

  @Test func `that is refused says why and what to do`() async throws {
    try await World.with { world in
      try await Desk.with(world.conninfo()) { desk in
        let missing = await desk.reply(.start(pipeline: "p", task: nil, arguments: []))
        #expect(missing == .refused("no pipeline \"p\"", hint: "zmctl pipeline list shows yours."))
        let forbidden = await desk.reply(.drainWorker("w", reason: nil))
        #expect(forbidden == .refused("only an admin of zmey may do that", hint: nil))
      }
    }
  }

  @Test func `turns parts on and off, and removes`() async throws {
    try await World.with { world in
      try await world.save(task("a"), task("b", after: "a"))
      try await world.apply(
        Definitions(events: [EventDefinition(name: "e", rule: .every(.seconds(9)), start: ["p"])]))
      try await Desk.with(world.conninfo()) { desk in
        let replies = await desk.replies(
          1,
          [
            .setTask(pipeline: "p", task: "a", isEnabled: false),
            .setLink(pipeline: "p", from: "a", to: "b", isEnabled: false), .setEvent("e", isEnabled: false),
            .remove(.pipeline, name: "p"), .remove(.event, name: "e"), .remove(.pipeline, name: "p"),
          ])
        #expect(
          replies.map(\.text) == [
            "turned off task p/a", "turned off the link from a to b of p", "turned off event e",
            "refused: pipeline \"p\" is used by event \"e\" (Change or remove these first.)",
            "removed event e",
            "removed pipeline p",
          ])
      }
    }
  }

  @Test func `reads a definition and applies what became of it, unless another did so meanwhile`()
    async throws
  {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        guard case .definition(let read, let yaml) = await desk.reply(.read(.pipeline, name: "p")) else {
          Issue.record("no definition")
          return
        }
        #expect(read.pipelines.map(\.name) == ["p"])
        let text = yaml.replacing("name: p", with: "name: p\n    description: nightly")
        #expect(await desk.reply(.applyText(text, base: yaml)).text == "changed pipeline p")
        #expect(
          await desk.reply(.applyText(text, base: nil)).text
            == "unchanged: nothing was changed: it was so already")
        let late = await desk.reply(.applyText(yaml, base: yaml))
        guard case .stale("p was changed by somebody else meanwhile", let now, let newest) = late else {
          Issue.record("\(late)")
          return
        }
        #expect(now.pipelines.map(\.description) == ["nightly"])
        #expect(newest == text)
        let also = await desk.reply(.apply(read, base: yaml))
        #expect(also.text == late.text)
        // Against what stands there now, one's own text is taken.
        #expect(await desk.reply(.applyText(yaml, base: newest)).text == "changed pipeline p")
        let made = await desk.reply(.applyText(yaml.replacing("name: p", with: "name: q"), base: nil))
        #expect(made == .done("made pipeline q", made: .pipeline("q")))
        _ = await desk.reply(.remove(.pipeline, name: "p"))
        let gone = await desk.reply(.applyText(yaml, base: yaml))
        #expect(gone.text == "refused: p is not there any more, or is not yours (Read it again.)")
        #expect(await desk.reply(.read(.pipeline, name: "p")).text == "refused: there is no pipeline 'p'")
      }
    }
  }

  @Test func `tells what is wrong with a text, and where`() async throws {
    try await World.with { world in
      try await Desk.with(world.conninfo()) { desk in
        let wrong = await desk.reply(
          .applyText("templates:\n- name: t\n  script_file: run.sh\n  attempts: no\n", base: nil))
        guard case .wrong(let problems) = wrong else {
          Issue.record("\(wrong)")
          return
        }
        #expect(problems.map(\.line) == [3, 4])
        #expect(problems[0].message.contains("this text lies in no folder"))
        let unknown = await desk.reply(
          .applyText("pipelines:\n- name: p\n  tasks:\n  - name: a\n    template: none\n", base: nil))
        #expect(unknown == .wrong([.init(line: 5, column: 15, message: "no template \"none\"")]))
      }
    }
  }

  @Test func `changes a pipeline as a form says`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      try await Desk.with(world.conninfo()) { desk in
        let added = await desk.reply(.change(pipeline: "p", [.addTask(task("b", after: "a"))]))
        #expect(added.text == "changed p: + b")
        let circle = await desk.reply(.change(pipeline: "p", [.setLink(to: "a", LinkDefinition(task: "b"))]))
        #expect(circle.text.hasPrefix("refused: "))
        let twice = await desk.reply(.change(pipeline: "p", [.addTask(task("b"))]))
        #expect(twice.text == "refused: there is a task 'b' already")
        let none = await desk.reply(.change(pipeline: "x", [.removeTask("b")]))
        #expect(none.text == "refused: there is no pipeline 'x' of yours")
      }
    }
  }

  @Test func `of a viewer reads what is another's`() async throws {
    try await World.with { world in
      try await world.save(task("a"))
      await (try world.store.newRole("eye", level: "viewer")).close()
      try await Desk.with(world.conninfo("eye")) { desk in
        #expect(await desk.reply(.read(.pipeline, name: "p")).text.contains("name: p"))
        let refused = await desk.reply(.start(pipeline: "p", task: nil, arguments: []))
        #expect(refused.text.contains("The database does not allow this role to do it."))
      }
    }
  }
}

import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

@Suite("The life of an attempt") struct AttemptTests {
  @Test("It is launched, reported, finished, spooled before it is sent, and forgotten when settled")
  func life() throws {
    let bench = Bench()
    #expect(bench.assign(arguments: ["a", ""]).launches.map(\.arguments) == [[[97], []]])
    #expect(bench.assign().isEmpty)  // said twice
    #expect(bench.handle(.started(Bench.fence)).isEmpty)
    #expect(bench.tick(after: .milliseconds(100)).frames == [.running(Bench.fence, age: .milliseconds(100))])
    let effects = bench.exit()
    let finish = try #require(effects.finishes.first)
    #expect(finish.outcome.verdict == .succeeded)
    #expect(effects == [.spool(Bench.fence, [.finished(finish)]), .send(.finished(finish))])
    #expect(bench.machine.held == [Bench.fence])
    #expect(bench.handle(.received(.settled(Bench.fence))) == [.unspool(Bench.fence)])
    #expect(bench.machine.held.isEmpty)
    #expect(bench.machine.nextDeadline == nil)
  }

  @Test("A small result that was not sent yet travels with its end")
  func inline() throws {
    let bench = Bench()
    bench.run()
    bench.write("4")
    bench.write("2\n")
    let finish = try #require(bench.exit().finishes.first)
    #expect(finish.result == ByteBuffer(string: "42\n"))
    #expect(finish.resultBytes == 3)
  }

  @Test("Output is streamed after a moment, when it is large, and when there is standard error")
  func streamed() throws {
    let bench = Bench()
    bench.run()
    bench.write("one")
    let chunk = Frame.output(Bench.fence, chunk: 0, stream: .standardOutput, bytes: ByteBuffer(string: "one"))
    #expect(bench.tick(after: .milliseconds(50)).frames == [chunk])
    bench.write("two", .standardError)
    let effects = bench.exit()
    let finish = try #require(effects.finishes.first)
    #expect(finish.result == nil)
    #expect((finish.resultBytes, finish.errorBytes) == (3, 3))
    let last = Frame.output(Bench.fence, chunk: 1, stream: .standardError, bytes: ByteBuffer(string: "two"))
    #expect(effects.frames == [last, .finished(finish)])
    #expect(effects.contains(.spool(Bench.fence, [chunk, last, .finished(finish)])))
    let large = Bench()
    large.run()
    let frames = large.write(String(repeating: "x", count: 3 * FrameLimit.chunk + 1)).frames
    #expect(frames.count == 4)
  }

  @Test("What is durable gives its window back and is not sent again")
  func acknowledge() {
    let bench = Bench()
    bench.run()
    bench.write("abc")
    _ = bench.tick(after: .milliseconds(50))
    bench.write("de")
    _ = bench.tick(after: .milliseconds(50))
    #expect(
      bench.handle(.received(.outputStored(Bench.fence, chunk: 0))) == [.acknowledge(Bench.fence, bytes: 3)])
    #expect(bench.handle(.received(.outputStored(Bench.fence, chunk: 0))).isEmpty)
    bench.handle(.disconnected)
    #expect(
      bench.welcome().frames.first
        == .output(Bench.fence, chunk: 1, stream: .standardOutput, bytes: ByteBuffer(string: "de")))
  }

  @Test("A result handed on reaches the script as its link says")
  func passes() throws {
    let bench = Bench()
    let bytes = ByteBuffer(string: "4\n2\n\n")
    let launch = try #require(
      bench.assign(
        arguments: ["-x"],
        inputs: [
          .init(pass: .argument, bytes: bytes), .init(pass: .stdin, bytes: bytes),
          .init(pass: .env, bytes: bytes),
        ]
      ).launches.first)
    #expect(launch.arguments == [Array("-x".utf8), Array("4\n2".utf8)])
    #expect(launch.standardInput == bytes)
    #expect(launch.environmentInput == Array("4\n2".utf8))
    #expect(TaskEnvironment.make(launch, home: "/h", as: nil).contains(Array("ZM_INPUT=4\n2".utf8)))
  }

  @Test("A result that is no argument fails with a reason", arguments: [LinkDefinition.Pass.argument, .env])
  func unlaunchable(pass: LinkDefinition.Pass) throws {
    for (bytes, word) in [
      (ByteBuffer(string: "a\0b"), "NUL"), (ByteBuffer(repeating: 65, count: 131_072), "too large"),
    ] {
      let bench = Bench()
      let effects = bench.assign(inputs: [.init(pass: pass, bytes: bytes)])
      #expect(effects.launches.isEmpty)
      let outcome = try #require(effects.finishes.first?.outcome)
      #expect(outcome.verdict == .failed)
      #expect(outcome.reason?.contains(word) == true)
    }
    let bench = Bench()
    let longest = ByteBuffer(repeating: 65, count: 131_071)
    #expect(bench.assign(inputs: [.init(pass: pass, bytes: longest)]).launches.count == 1)
  }

  @Test("An input in parts is awaited")
  func parts() {
    let bench = Bench()
    #expect(bench.assign(inputs: [.init(pass: .stdin, bytes: nil)]).isEmpty)
    func part(_ text: String, isLast: Bool) -> WorkerMachine.Event {
      .received(.input(Bench.fence, index: 0, bytes: ByteBuffer(string: text), isLast: isLast))
    }
    #expect(bench.handle(part("a", isLast: false)).isEmpty)
    #expect(bench.handle(part("b", isLast: true)).launches.map(\.standardInput) == [ByteBuffer(string: "ab")])
    #expect(bench.handle(part("c", isLast: true)).isEmpty)
  }

  @Test("An attempt whose input is cut off is not named any more")
  func partsCutOff() {
    let bench = Bench()
    bench.assign(inputs: [.init(pass: .stdin, bytes: nil)])
    bench.handle(.disconnected)
    #expect(bench.machine.held.isEmpty)
  }

  @Test("Beyond its maximum it gets TERM, after the grace KILL, and is timed out")
  func maximum() throws {
    let bench = Bench()
    bench.run(maximum: .seconds(5))
    #expect(bench.tick(after: .seconds(5)).contains(.terminate(Bench.fence)))
    #expect(!bench.tick(after: .seconds(9)).contains(.kill(Bench.fence)))
    #expect(bench.tick(after: .seconds(1)) == [.kill(Bench.fence)])
    let outcome = try #require(bench.exit(nil, signal: 9).finishes.first?.outcome)
    #expect(outcome.verdict == .timedOut)
    #expect(outcome.reason == "it ran longer than its maximum of 5s")
  }

  @Test(
    "Who went within the maximum is not timed out, however late that is heard",
    arguments: [(Int32(0), Outcome.Verdict.succeeded), (3, .failed)])
  func maximumHeardLate(code: Int32, verdict: Outcome.Verdict) throws {
    let bench = Bench()
    bench.run(maximum: .seconds(5))
    #expect(bench.tick(after: .seconds(5)).contains(.terminate(Bench.fence)))
    let exit = WorkerMachine.ProcessExit(code: code, duration: .milliseconds(4999))
    let outcome = try #require(bench.handle(.exited(Bench.fence, exit)).finishes.first?.outcome)
    #expect(outcome.verdict == verdict)
    #expect(outcome.reason == (code == 0 ? nil : "it exited with code 3"))
  }

  @Test("Who goes of its own accord when told that its maximum is over is timed out")
  func maximumHeeded() throws {
    let bench = Bench()
    bench.run(maximum: .seconds(5))
    bench.now = bench.now + .seconds(5)
    bench.handle(.tick)
    let exit = WorkerMachine.ProcessExit(code: 0, duration: .seconds(5))
    #expect(bench.handle(.exited(Bench.fence, exit)).finishes.first?.outcome.verdict == .timedOut)
  }

  @Test("What its scheduler kills reports nothing and is not named")
  func killed() {
    let bench = Bench()
    bench.run()
    #expect(bench.handle(.received(.kill(Bench.fence, reason: "fenced"))) == [.terminate(Bench.fence)])
    #expect(bench.machine.held.isEmpty)
    #expect(bench.tick(after: .seconds(10)).contains(.kill(Bench.fence)))
    #expect(bench.exit(nil, signal: 9).isEmpty)
    #expect(bench.machine.nextDeadline == nil)
  }

  @Test("A finish is settled by the database alone, whatever a kill says")
  func killedTooLate() {
    let bench = Bench()
    bench.run()
    bench.exit()
    #expect(bench.handle(.received(.kill(Bench.fence, reason: "late"))).isEmpty)
    #expect(bench.machine.held == [Bench.fence])
  }

  @Test(
    "Failures say why",
    arguments: [
      (Int32?.some(3), Int32?.none, "it exited with code 3: no such day"),
      (nil, 9, "it was killed by signal 9 (SIGKILL): no such day"),
      (nil, 64, "it was killed by signal 64: no such day"),
    ])
  func reasons(code: Int32?, signal: Int32?, reason: String) throws {
    let bench = Bench()
    bench.run()
    bench.write("first\nno such day\n", .standardError)
    let outcome = try #require(bench.exit(code, signal: signal).finishes.first?.outcome)
    #expect(outcome.verdict == .failed)
    #expect(outcome.reason == reason)
  }

  @Test("A percentage is reported once a period, when it changed")
  func percent() {
    let bench = Bench()
    bench.run()
    bench.write("10%\n")
    _ = bench.tick(after: .seconds(1))
    bench.write("20%\n")
    #expect(bench.tick(after: .seconds(9)).frames.contains(.progress(Bench.fence, percent: 20)))
    #expect(bench.tick(after: .seconds(10)).frames.isEmpty)
  }
}

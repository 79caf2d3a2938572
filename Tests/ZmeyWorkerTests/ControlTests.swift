import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

@Suite("What operators want of an attempt") struct ControlTests {
  private func want(_ bench: Bench, _ want: Want) -> [WorkerMachine.Effect] {
    bench.handle(.received(.want(Bench.fence, want)))
  }

  private func observed(_ isPaused: Bool, age: Duration = .zero) -> WorkerMachine.Effect {
    .send(.observed(Bench.fence, isPaused: isPaused, age: age))
  }

  @Test("It is said to stand still only once that is proven, after it is said to run")
  func pause() {
    let bench = Bench()
    bench.run()
    #expect(want(bench, .pause) == [.freeze(Bench.fence)])
    #expect(bench.handle(.frozen(Bench.fence)) == [.send(.running(Bench.fence, age: .zero)), observed(true)])
    #expect(want(bench, .resume) == [.thaw(Bench.fence)])
    #expect(bench.handle(.thawed(Bench.fence)) == [observed(false)])
  }

  @Test("An order that comes twice is answered by how it is")
  func twice() {
    let bench = Bench()
    bench.run()
    _ = want(bench, .pause)
    bench.handle(.frozen(Bench.fence))
    bench.now = bench.now + .seconds(3)
    #expect(want(bench, .pause) == [observed(true, age: .seconds(3))])
    _ = want(bench, .resume)
    bench.handle(.thawed(Bench.fence))
    #expect(want(bench, .resume) == [observed(false), .thaw(Bench.fence)])
  }

  @Test("A proof that is not wanted any more is no news")
  func late() {
    let bench = Bench()
    bench.run()
    _ = want(bench, .pause)
    _ = want(bench, .resume)
    #expect(bench.handle(.frozen(Bench.fence)).isEmpty)
  }

  @Test("A pause right after a resume is no pause of before: it is frozen again")
  func again() {
    let bench = Bench()
    bench.run()
    _ = want(bench, .pause)
    bench.handle(.frozen(Bench.fence))
    _ = want(bench, .resume)
    #expect(want(bench, .pause) == [.freeze(Bench.fence)])
    #expect(bench.handle(.thawed(Bench.fence)) == [observed(false)])
    #expect(bench.handle(.frozen(Bench.fence)) == [observed(true)])
  }

  @Test("What runs elsewhere by now has no long grace, not even one that has begun")
  func lease() {
    let bench = Bench()
    bench.handle(
      .received(
        .assign(
          Assignment(
            fence: Bench.fence, run: RunID(1), name: "t", pipeline: "", owner: "ann",
            script: ByteBuffer(bytes: [1]), maximum: .seconds(1), maxOutput: 1024, arguments: [], inputs: [],
            grace: .seconds(3600)))))
    bench.handle(.started(Bench.fence))
    #expect(bench.tick(after: .seconds(1)).contains(.terminate(Bench.fence)))
    bench.handle(.disconnected)
    // Granted are 48 s.
    _ = bench.tick(after: .seconds(48))
    #expect(bench.tick(after: .seconds(6)).contains(.kill(Bench.fence)))
  }

  @Test("Its maximum time stands still with it")
  func clocks() {
    let bench = Bench()
    bench.run(maximum: .seconds(6))
    _ = bench.tick(after: .seconds(2))
    _ = want(bench, .pause)
    bench.handle(.frozen(Bench.fence))
    #expect(!bench.tick(after: .seconds(3600)).contains(.terminate(Bench.fence)))
    _ = want(bench, .resume)
    bench.handle(.thawed(Bench.fence))
    #expect(!bench.tick(after: .milliseconds(3999)).contains(.terminate(Bench.fence)))
    #expect(bench.tick(after: .milliseconds(1)).contains(.terminate(Bench.fence)))
  }

  @Test("What is paused before it starts is frozen with its launch")
  func early() {
    let bench = Bench()
    bench.assign(inputs: [.init(pass: .stdin, bytes: nil)])
    #expect(want(bench, .pause).isEmpty)
    let effects = bench.handle(
      .received(.input(Bench.fence, index: 0, bytes: ByteBuffer(string: "x"), isLast: true)))
    #expect(effects.launches.count == 1)
    #expect(effects.last == .freeze(Bench.fence))
  }

  @Test("A stop is TERM, the grace of its program, KILL, and ends as stopped whatever the exit code")
  func stop() throws {
    let bench = Bench()
    bench.run()
    #expect(want(bench, .stop) == [.terminate(Bench.fence)])
    #expect(want(bench, .stop).isEmpty)
    #expect(want(bench, .pause).isEmpty)
    #expect(!bench.tick(after: .seconds(9)).contains(.kill(Bench.fence)))
    #expect(bench.tick(after: .seconds(1)) == [.kill(Bench.fence)])
    let outcome = try #require(bench.exit(0).finishes.first?.outcome)
    #expect(outcome.verdict == .stopped)
    #expect(outcome.exitCode == 0)
  }

  @Test("Without grace it is killed at once, also when its grace has begun")
  func kill() {
    let bench = Bench()
    bench.run()
    _ = want(bench, .stop)
    #expect(want(bench, .kill) == [.kill(Bench.fence)])
    let other = Bench()
    other.run()
    #expect(want(other, .kill) == [.kill(Bench.fence)])
  }

  @Test("What has no process yet is stopped without one")
  func stopBeforeStart() throws {
    let bench = Bench()
    bench.assign(inputs: [.init(pass: .stdin, bytes: nil)])
    let outcome = try #require(want(bench, .stop).finishes.first?.outcome)
    #expect(outcome.verdict == .stopped)
  }

  @Test("Back on a link it says how it is")
  func reconnect() {
    let bench = Bench()
    bench.run()
    _ = want(bench, .pause)
    bench.handle(.disconnected)
    #expect(bench.handle(.frozen(Bench.fence)).isEmpty)
    bench.now = bench.now + .seconds(2)
    let frames = bench.welcome()
    #expect(
      frames == [.send(.running(Bench.fence, age: .seconds(2))), observed(true, age: .seconds(2))])
  }

  @Test("Of one that has ended its end is the answer")
  func ended() {
    let bench = Bench()
    bench.run()
    bench.exit(0)
    for order in Want.allCases { #expect(want(bench, order).isEmpty) }
  }

  @Test("Beyond the cap a stream is read no more but for its percentages")
  func discard() {
    let bench = Bench()
    bench.run(cap: 4)
    #expect(bench.write("12345").contains(.discard(Bench.fence, .standardOutput)))
    #expect(!bench.write("6").contains(.discard(Bench.fence, .standardOutput)))
    bench.handle(.discarded(Bench.fence, .standardOutput, ByteBuffer(string: "y\n42%\n")))
    #expect(bench.tick(after: .seconds(10)).frames.contains(.progress(Bench.fence, percent: 42)))
  }
}

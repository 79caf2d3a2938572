import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

@Suite("Workers come and go") struct WorkerTests {
  private static let second = LinkID(2)
  private static let adopted = AdoptableAttempt(fence: Bench.fence(5), worker: WorkerID(1))

  @Test("What both know is adopted, and counts against the slots")
  func adopt() {
    let bench = Bench(links: false, under: [Self.adopted])
    let frames = bench.greet([Bench.fence(5)]).frames()
    #expect(frames == [.welcome(Welcome(version: 1, slots: 2, lease: .seconds(48)))])
    #expect(bench.takeBatch()?.slots == [WorkerID(1)])
  }

  @Test("What only the worker knows is ended there", arguments: [Bench.process, Nonce(high: 8, low: 8)])
  func onlyThere(process: Nonce) {
    let bench = Bench()
    bench.handle(.closed(Bench.link))
    let frames = bench.greet([Bench.fence(9)], link: Self.second, process: process).frames(Self.second)
    #expect(frames.count == 2)
    guard case .welcome = frames[0], case .kill(Bench.fence(9), _) = frames[1] else {
      Issue.record("no kill")
      return
    }
  }

  @Test(
    "What only the scheduler knows is given up: never delivered to the same process, perhaps begun by another",
    arguments: [(Bench.process, false), (Nonce(high: 8, low: 8), true)])
  func onlyHere(process: Nonce, wasDelivered: Bool) throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1), Bench.task(2)])
    bench.handle(.closed(Bench.link))
    bench.greet([Bench.fence(2)], link: Self.second, process: process)
    let batch = try #require(bench.takeBatch())
    #expect(batch.lost.map(\.fences) == [[Bench.fence(1)]])
    #expect(batch.lost.map(\.wasDelivered) == [wasDelivered])
    #expect(batch.slots == [WorkerID(1)])
  }

  @Test("An end that is on its way to the database is not ended there")
  func finishing() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.receive(Bench.finish(1))
    bench.handle(.closed(Bench.link))
    #expect(bench.greet([Bench.fence(1)], link: Self.second).frames(Self.second).count == 1)
    #expect(bench.perform().frames(Self.second) == [.settled(Bench.fence(1))])
  }

  @Test("Who is not on the list is refused, and who speaks no common version")
  func refusals() {
    let bench = Bench(links: false)
    let stranger = bench.greet(name: "nobody")
    #expect(stranger.last == .close(Bench.link))
    #expect(stranger.frames() == [.refuse(reason: "no worker 'nobody' is on this scheduler's list")])
    // What strangers say is cut before it goes anywhere.
    let endless = bench.greet(name: String(repeating: "\u{1b}", count: 300_000))
    guard case .refused(_, let name, let reason)? = endless.first else {
      Issue.record("it is not refused")
      return
    }
    #expect(name.utf8.count < 1000 && reason.utf8.count < 1000 && !reason.contains("\u{1b}"))
    var hello = Hello(worker: "w1", incarnation: Bench.process, host: "h", release: "1", attempts: [])
    hello.versions = 200...201
    let old = bench.handle(.greeted(Bench.link, hello))
    #expect(old.last == .close(Bench.link))
    #expect(bench.takeBatch()?.slots.isEmpty != false)
  }

  @Test("A second link of the same process takes the place of the first; another process is refused")
  func secondLink() {
    let bench = Bench()
    let same = bench.greet(link: Self.second)
    #expect(same.contains(.close(Bench.link)))
    #expect(same.frames(Self.second).count == 1)
    #expect(bench.handle(.closed(Bench.link)).isEmpty)
    #expect(bench.takeBatch()?.slots.count == 2)
    let other = bench.greet(link: LinkID(3), process: Nonce(high: 8, low: 8))
    #expect(other.last == .close(LinkID(3)))
    bench.receive(Bench.finish(1), link: LinkID(3))
    #expect(bench.takeBatch()?.finished.isEmpty ?? true)
  }

  @Test("What a worker had is given up after its silence, and not before")
  func giveUp() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.handle(.closed(Bench.link))
    bench.tick(after: .seconds(59))
    #expect(bench.takeBatch() == nil)
    bench.tick(after: .seconds(1))
    let lost = try #require(bench.takeBatch()?.lost.first)
    #expect(lost.fences == [Bench.fence(1)])
    #expect(lost.wasDelivered)
    // It comes back too late.
    #expect(bench.greet([Bench.fence(1)], link: Self.second).frames(Self.second).count == 2)
  }

  @Test("After a restart a worker that does not come is given up")
  func neverCame() {
    let bench = Bench(links: false, under: [Self.adopted])
    bench.tick(after: .seconds(60))
    #expect(bench.takeBatch()?.lost.map(\.fences) == [[Bench.fence(5)]])
  }

  @Test("A leaving worker without work is let go at once")
  func leavingIdle() {
    let bench = Bench()
    bench.perform()
    #expect(bench.handle(.received(Bench.link, .leaving)).contains(.close(Bench.link)))
  }

  @Test("A leaving worker gets nothing, keeps its link until its last end is settled, and is not waited for")
  func leaving() throws {
    var bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.receive(.leaving)
    #expect(bench.takeBatch() == nil)
    bench.receive(Bench.finish(1))
    #expect(bench.perform() == [.send(Bench.link, .settled(Bench.fence(1))), .close(Bench.link)])
    bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.receive(.leaving)
    bench.handle(.closed(Bench.link))
    #expect(bench.takeBatch()?.lost.first?.fences == [Bench.fence(1)])
  }

  @Test("A worker that comes onto the list may greet; new slots count at once")
  func listGrows() {
    let bench = Bench()
    bench.perform()
    bench.handle(.workers([WorkerRecord(id: WorkerID(1), name: "w1", slots: 3), Bench.other]))
    #expect(bench.takeBatch()?.slots.count == 3)
    bench.greet(link: Self.second, name: "w2")
    #expect(bench.takeBatch()?.slots.sorted() == [1, 1, 1, 2].map { WorkerID($0) })
  }

  @Test("A worker off the list finishes what it has, then is refused")
  func listShrinks() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    #expect(bench.handle(.workers([])).isEmpty)
    #expect(bench.takeBatch() == nil)
    // A lost link changes nothing: it may come back to deliver, and gets nothing new.
    bench.handle(.closed(Bench.link))
    #expect(bench.greet([Bench.fence(1)], link: Self.second).frames(Self.second).count == 1)
    #expect(bench.takeBatch()?.slots.isEmpty != false)
    bench.receive(Bench.finish(1), link: Self.second)
    #expect(bench.perform() == [.send(Self.second, .settled(Bench.fence(1))), .close(Self.second)])
    bench.handle(.closed(Self.second))
    #expect(bench.greet(link: LinkID(3)).last == .close(LinkID(3)))
  }

  @Test("A worker that is put back onto the list while it is linked gets work again")
  func listRepaired() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.handle(.workers([]))
    bench.handle(.workers([Bench.worker]))
    #expect(bench.takeBatch()?.slots == [WorkerID(1)])
  }

  @Test("When the database is back, what only it knows was never sent, and what it does not know is ended")
  func acquiredAgain() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1), Bench.task(2)])
    bench.receive(Bench.finish(2))
    let unconfirmed = AdoptableAttempt(fence: Bench.fence(7), worker: WorkerID(1))
    let finishing = AdoptableAttempt(fence: Bench.fence(2), worker: WorkerID(1))
    let frames = bench.handle(.acquired([Bench.worker], [unconfirmed, finishing])).frames()
    #expect(frames == [.kill(Bench.fence(1), reason: "the database has decided on it")])
    let batch = try #require(bench.takeBatch())
    #expect(batch.lost.map(\.fences) == [[Bench.fence(7)]])
    #expect(batch.lost.map(\.wasDelivered) == [false])
    #expect(batch.finished.map(\.fence) == [Bench.fence(2)])
    #expect(batch.slots.count == 2)
  }

  @Test("A drained worker gets nothing, keeps its link when it has nothing left, and gets work again at once")
  func drained() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    let drained = WorkerRecord(id: WorkerID(1), name: "w1", slots: 2, takesWork: false)
    #expect(bench.handle(.workers([drained])).isEmpty)
    #expect(bench.takeBatch() == nil)
    bench.receive(Bench.finish(1))
    #expect(bench.perform() == [.send(Bench.link, .settled(Bench.fence(1)))])
    bench.handle(.workers([Bench.worker]))
    #expect(bench.takeBatch()?.slots == [WorkerID(1), WorkerID(1)])
  }

  @Test("What was claimed for a worker before it was drained is sent to it")
  func drainedWhileClaiming() {
    let bench = Bench()
    bench.handle(.workers([WorkerRecord(id: WorkerID(1), name: "w1", slots: 2, takesWork: false)]))
    let claimed = bench.handle(
      .performed(SchedulerBatch(), Bench.result([Bench.task(1)]), scripts: [[1]: ByteBuffer()]))
    #expect(claimed.assigned == [Bench.fence(1)])
  }

  @Test("Pulses say who is linked and how busy")
  func pulses() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.now = bench.now + .seconds(3)
    let pulse = bench.machine.pulses(at: bench.now)
    #expect(pulse.map(\.isConnected) == [true])
    #expect(pulse.map(\.busy) == [1])
    #expect(pulse.map(\.silence) == [.seconds(3)])
    #expect(pulse.map(\.load) == [nil])
    bench.receive(.ping(load: 213))
    #expect(bench.machine.pulses(at: bench.now).map(\.load) == [213])
    bench.receive(.ping(load: nil))
    #expect(bench.machine.pulses(at: bench.now).map(\.load) == [nil])
  }
}

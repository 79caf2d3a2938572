import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

@Suite("Work goes out and results come in") struct WorkTests {
  @Test("Only free slots of linked workers are claimed for")
  func slots() throws {
    var bench = Bench(links: false)
    #expect(bench.takeBatch()?.slots.isEmpty != false)
    bench.greet()
    #expect(bench.takeBatch()?.slots == [WorkerID(1), WorkerID(1)])
    bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    #expect(bench.takeBatch()?.slots == [WorkerID(1)])
    bench.handle(.closed(Bench.link))
    #expect(bench.takeBatch() == nil)
  }

  @Test("Work is sent after its claim has committed, the script once a link")
  func dispatch() {
    let bench = Bench()
    let frames = bench.perform(claiming: [Bench.task(1), Bench.task(2)]).frames()
    guard frames.count == 3, case .script = frames[0], case .assign = frames[1], case .assign = frames[2]
    else {
      Issue.record("\(frames.count) frames")
      return
    }
    bench.receive(Bench.finish(1))
    #expect(bench.perform(claiming: [Bench.task(3)]).frames().count == 2)  // settled and assign
    bench.handle(.closed(Bench.link))
    bench.greet([Bench.fence(2), Bench.fence(3)], link: LinkID(2))
    bench.receive(Bench.finish(2), link: LinkID(2))
    let again = bench.perform(claiming: [Bench.task(4)]).frames(LinkID(2))
    #expect(again.contains { if case .script = $0 { true } else { false } })
  }

  @Test("A failed claim sends nothing")
  func failedClaim() throws {
    let bench = Bench()
    let batch = try #require(bench.takeBatch())
    #expect(bench.handle(.failed(batch)).isEmpty)
    #expect(bench.takeBatch()?.slots.count == 2)
  }

  @Test("Every script is there for its task, however many there were before")
  func manyScripts() throws {
    let bench = Bench()
    for number in 0..<1001 {
      bench.machine.scripts[[9, UInt8(number / 256), UInt8(number % 256)]] = ByteBuffer()
    }
    bench.machine.scripts[[1]] = ByteBuffer(string: "#!/bin/sh\n")
    let batch = try #require(bench.takeBatch())
    let effects = bench.handle(.performed(batch, Bench.result([Bench.task(1)]), scripts: [:]))
    #expect(effects.frames().contains { if case .script = $0 { true } else { false } })
  }

  @Test("What is claimed for a worker that went meanwhile is given back at once", arguments: [false, true])
  func workerWent(byItsWord: Bool) throws {
    let bench = Bench()
    let batch = try #require(bench.takeBatch())
    if byItsWord { bench.receive(.leaving) } else { bench.handle(.closed(Bench.link)) }
    #expect(bench.handle(.performed(batch, Bench.result([Bench.task(1)]), scripts: [:])).assigned.isEmpty)
    let lost = try #require(bench.takeBatch()?.lost.first)
    #expect(lost.fences == [Bench.fence(1)])
    #expect(!lost.wasDelivered)
  }

  @Test("An end frees its slot at once and is settled after it is durable")
  func finish() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1), Bench.task(2)])
    #expect(bench.takeBatch() == nil)
    #expect(bench.receive(Bench.finish(1)).isEmpty)
    let batch = try #require(bench.takeBatch())
    #expect(batch.finished.map(\.fence) == [Bench.fence(1)])
    #expect(batch.slots == [WorkerID(1)])
    #expect(
      bench.handle(.performed(batch, Bench.result([]), scripts: [:])).frames() == [.settled(Bench.fence(1))])
  }

  @Test("An end that is said twice is written once")
  func twice() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.receive(Bench.finish(1))
    bench.receive(Bench.finish(1))
    #expect(bench.takeBatch()?.finished.count == 1)
    bench.receive(Bench.finish(1))
    #expect(bench.takeBatch()?.finished.isEmpty ?? true)
  }

  @Test("What could not be written goes first and in its order, and is not settled")
  func putBack() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1), Bench.task(2)])
    bench.receive(Bench.output(1, 0))
    bench.receive(.running(Bench.fence(2), age: .zero))
    bench.receive(Bench.finish(1))
    let batch = try #require(bench.takeBatch())
    bench.receive(Bench.output(2, 0))
    bench.receive(Bench.finish(2))
    #expect(bench.handle(.failed(batch)).isEmpty)
    let again = try #require(bench.takeBatch())
    #expect(again.finished.map(\.fence) == [Bench.fence(1), Bench.fence(2)])
    #expect(again.chunks.map(\.fence) == [Bench.fence(1), Bench.fence(2)])
    #expect(again.running.map(\.fence) == [Bench.fence(2)])
  }

  @Test("An end waits for the batch that holds the last of its output")
  func limitChunks() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1), Bench.task(2)])
    let size = 1 << 20
    bench.receive(Bench.output(2, 0))
    bench.receive(Bench.finish(2))
    for chunk in 0..<20 { bench.receive(Bench.output(1, Int32(chunk), size: size)) }
    bench.receive(Bench.finish(1))
    var chunks: [Int32] = []
    var ends: [Fence] = []
    while let batch = bench.takeBatch() {
      #expect(batch.chunks.reduce(0) { $0 + $1.bytes.count } <= SchedulerMachine.batchChunkBytes)
      chunks += batch.chunks.filter { $0.fence == Bench.fence(1) }.map(\.number)
      ends += batch.finished.map(\.fence)
      if ends.contains(Bench.fence(1)) { #expect(chunks.count == 20) }
      bench.handle(.performed(batch, Bench.result([]), scripts: [:]))
    }
    #expect(chunks == Array(0..<20))
    #expect(ends == [Bench.fence(2), Bench.fence(1)])
  }

  @Test("Durable output is acknowledged by its last chunk")
  func stored() {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    for chunk in 0..<3 { bench.receive(Bench.output(1, Int32(chunk))) }
    #expect(bench.perform().frames() == [.outputStored(Bench.fence(1), chunk: 2)])
  }

  @Test("Many ends go in several batches")
  func manyEnds() throws {
    let bench = Bench()
    for number in 1...2500 { bench.receive(Bench.finish(Int64(number))) }
    var counts: [Int] = []
    while let batch = bench.takeBatch(), !batch.finished.isEmpty { counts.append(batch.finished.count) }
    #expect(counts == [1000, 1000, 500])
  }

  @Test("Results handed on never make a frame too large", arguments: [(1, 200_000), (100, 60_000), (3, 0)])
  func inputs(count: Int, size: Int) {
    let input = ClaimedTask.Input(pass: .stdin, bytes: [UInt8](repeating: 1, count: size))
    let (assignment, parts) = Assignment.make(
      Bench.task(1, inputs: Array(repeating: input, count: count)), secrets: [:])
    var bytes = [Int](repeating: 0, count: count)
    for (index, input) in assignment.inputs.enumerated() { bytes[index] += input.bytes?.readableBytes ?? 0 }
    for part in parts {
      guard case .input(_, let index, let piece, _) = part else { continue }
      bytes[Int(index)] += piece.readableBytes
      #expect(piece.readableBytes <= FrameLimit.chunk)
    }
    #expect(bytes == Array(repeating: size, count: count))
    #expect(assignment.inputs.reduce(0) { $0 + ($1.bytes?.readableBytes ?? 0) } < FrameLimit.frame / 2)
  }

  @Test("An empty queue is looked into ever more rarely, and at once when something was queued")
  func polls() throws {
    let bench = Bench()
    var waits: [Duration] = []
    for _ in 0..<6 {
      bench.perform()
      #expect(bench.takeBatch() == nil)
      let next = try #require(bench.machine.nextDeadline)
      waits.append(next - bench.now)
      bench.tick(after: next - bench.now)
    }
    #expect(
      waits == [.milliseconds(50), .milliseconds(250), .seconds(1), .seconds(5), .seconds(5), .seconds(5)])
    bench.perform()
    bench.handle(.notified)
    #expect(bench.takeBatch()?.slots.count == 2)
  }

  @Test("A stopped scheduler claims nothing and still writes")
  func stop() throws {
    let bench = Bench()
    bench.perform(claiming: [Bench.task(1)])
    bench.handle(.stop)
    #expect(bench.takeBatch() == nil)
    bench.receive(Bench.finish(1))
    let batch = try #require(bench.takeBatch())
    #expect(batch.slots.isEmpty)
    #expect(batch.finished.count == 1)
  }
}

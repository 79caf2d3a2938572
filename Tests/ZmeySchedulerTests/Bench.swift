import NIOCore
import ZmeyCore
import ZmeyLink

@testable import ZmeyScheduler
@testable import ZmeyStore

/// A machine with a clock in the hand, and words for what is asked of it.
final class Bench {
  var machine = SchedulerMachine()
  var now = Instant(nanoseconds: 1_000_000_000)

  static let worker = WorkerRecord(id: WorkerID(1), name: "w1", slots: 2)
  static let other = WorkerRecord(id: WorkerID(2), name: "w2", slots: 1)
  static let link = LinkID(1)
  static let process = Nonce(high: 7, low: 7)

  /// Knows one worker, which is linked unless `links` is false.
  init(links: Bool = true, under attempts: [AdoptableAttempt] = []) {
    handle(.acquired([Self.worker], attempts))
    if links { greet(attempts.map(\.fence)) }
  }

  @discardableResult
  func handle(_ event: SchedulerMachine.Event) -> [SchedulerMachine.Effect] {
    machine.handle(event, at: now).filter { if case .log = $0 { false } else { true } }
  }

  @discardableResult
  func greet(
    _ attempts: [Fence] = [], link: LinkID = link, name: String = "w1", process: Nonce = process
  ) -> [SchedulerMachine.Effect] {
    let hello = Hello(worker: name, incarnation: process, host: "h", release: "1", attempts: attempts)
    return handle(.greeted(link, hello))
  }

  @discardableResult
  func receive(_ frame: Frame, link: LinkID = link) -> [SchedulerMachine.Effect] {
    handle(.received(link, frame))
  }

  func takeBatch() -> SchedulerBatch? { machine.takeBatch() }

  /// Takes a batch and lets it succeed with these claims.
  @discardableResult
  func perform(
    claiming tasks: [ClaimedTask] = [], secrets: [SecretReference: FoundSecret] = [:]
  ) -> [SchedulerMachine.Effect] {
    guard let batch = machine.takeBatch() else { return [] }
    let scripts = [[1]: ByteBuffer(string: "#!/bin/sh\n")] as [[UInt8]: ByteBuffer]
    return handle(.performed(batch, Self.result(tasks), scripts: scripts, secrets: secrets))
  }

  func tick(after span: Duration) {
    now = now + span
    handle(.tick)
  }

  static func result(_ tasks: [ClaimedTask]) -> SchedulerBatchResult {
    var result = SchedulerBatchResult()
    result.claimed = tasks
    return result
  }

  static func fence(_ number: Int64, attempt: Int32 = 1) -> Fence {
    Fence(
      taskRun: TaskRunID(number), attempt: attempt, nonce: Nonce(high: UInt64(number), low: UInt64(attempt)))
  }

  static func task(
    _ number: Int64, worker: Int32 = 1, inputs: [ClaimedTask.Input] = [], secrets: [String: String] = [:]
  ) -> ClaimedTask {
    ClaimedTask(
      fence: fence(number), run: RunID(1), worker: WorkerID(worker), owner: "ann", name: "t", pipeline: nil,
      script: [1], maximum: nil, maxOutput: 1024, arguments: [], inputs: inputs, program: ProgramID(1),
      grace: nil, settings: LaunchSettings(secrets: secrets))
  }

  static func finish(_ number: Int64) -> Frame {
    .finished(
      Finish(
        fence: fence(number), outcome: Outcome(verdict: .succeeded, exitCode: 0), resultBytes: 0,
        errorBytes: 0,
        isCut: false, result: ByteBuffer()))
  }

  static func output(_ number: Int64, _ chunk: Int32, size: Int = 1) -> Frame {
    .output(
      fence(number), chunk: chunk, stream: .standardOutput, bytes: ByteBuffer(repeating: 1, count: size))
  }
}

extension [SchedulerMachine.Effect] {
  /// The frames for a link.
  func frames(_ link: LinkID = Bench.link) -> [Frame] {
    compactMap { if case .send(link, let frame) = $0 { frame } else { nil } }
  }

  var assigned: [Fence] {
    frames().compactMap { if case .assign(let assignment) = $0 { assignment.fence } else { nil } }
  }
}

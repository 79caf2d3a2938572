import NIOCore
import ZmeyCommand
import ZmeyCore
import ZmeyLink

/// The scheduler's side of the link, without a database: keeps a worker's slots full and settles what comes back.
///
/// It lives on the link's event loop, as a scheduler does.
actor Feeder {
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

  private let loop: any EventLoop
  private let slots: Int
  private var listener: (any Channel)?
  private var link: Link?
  private var streamed: [Fence: ByteBuffer] = [:]
  private var lastTaskRun: Int64 = 0
  /// What is to be said, and whether it is said soon.
  private var answers: [Frame] = []
  private var isAnswerDue = false
  /// Of the round that is under way: how many are still to be assigned, and how many to be finished.
  private var unassigned = 0
  private var unfinished = 0
  /// Who waits for the greeting or the end of a round.
  private var waiting: CheckedContinuation<Void, any Error>?

  /// How long a scheduler lets ends gather while more than half of the slots are busy: fewer and larger answers.
  private static let gathering = TimeAmount.milliseconds(2)

  static let script = "#!/bin/sh\necho res\n"
  private static let result = ByteBuffer(string: "res\n")
  private static let digest = ByteBuffer(repeating: 1, count: 32)

  init(_ loop: any EventLoop, slots: Int) {
    self.loop = loop
    self.slots = slots
  }

  /// Waits for the worker on a free port of this machine.
  func listen() async throws -> LinkAddress {
    let endpoint = LinkEndpoint(loop: loop) { [self] event in assumeIsolated { $0.happened(event) } }
    let (channel, address) = try await endpoint.listen(
      LinkAddress(host: "127.0.0.1", port: 0), timing: LinkTiming(silence: .seconds(60), ping: .seconds(20)))
    listener = channel
    return address
  }

  func greeted() async throws {
    if link == nil { try await wait() }
  }

  /// How long the worker takes for that many task runs, the last result settled.
  func seconds(for count: Int) async throws -> Double {
    let start = ContinuousClock.now
    unassigned = count
    unfinished = count
    link?.send(assignments(slots))
    try await wait()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  func close() {
    link?.close()
    listener?.close(promise: nil)
  }

  private func happened(_ event: LinkEvent) {
    switch event {
    case .greeted(let link, _):
      self.link = link
      link.send([
        .welcome(
          Welcome(version: ProtocolVersion.spoken.upperBound, slots: Int32(slots), lease: .seconds(60))),
        .script(sha256: Self.digest, body: ByteBuffer(string: Self.script)),
      ])
      resume(.success(()))
    case .received(_, let frames):
      answers += frames.compactMap(answer)
      if (slots - answers.count) * 2 > slots { sendSoon() } else { send() }
    case .closed, .failed, .crowded: resume(.failure(Failure(.failed, "the worker has closed the link")))
    }
  }

  private func sendSoon() {
    if isAnswerDue { return }
    isAnswerDue = true
    loop.scheduleTask(in: Self.gathering) { [self] in assumeIsolated { $0.send() } }
  }

  private func send() {
    isAnswerDue = false
    let said = answers
    answers = []
    link?.send(said + assignments(said.count))
    if unfinished == 0 { resume(.success(())) }
  }

  private func answer(_ frame: Frame) -> Frame? {
    switch frame {
    case .output(let fence, let chunk, .standardOutput, let bytes):
      streamed[fence, default: ByteBuffer()].writeImmutableBuffer(bytes)
      return .outputStored(fence, chunk: chunk)
    case .finished(let finish):
      unfinished -= 1
      let result = finish.result ?? streamed.removeValue(forKey: finish.fence)
      if finish.outcome.verdict != .succeeded || result != Self.result {
        let reason = finish.outcome.reason ?? "it printed something else than 'res'"
        resume(.failure(Failure(.failed, "task run \(finish.fence.taskRun): \(reason)")))
      }
      return .settled(finish.fence)
    default: return nil
    }
  }

  /// As many as there are slots free.
  private func assignments(_ free: Int) -> [Frame] {
    let count = min(free, unassigned)
    unassigned -= count
    return (0..<count).map { _ in
      lastTaskRun += 1
      let fence = Fence(
        taskRun: TaskRunID(lastTaskRun), attempt: 1,
        nonce: Nonce(high: UInt64.random(in: 0 ... .max), low: UInt64.random(in: 0 ... .max)))
      return .assign(
        Assignment(
          fence: fence, run: RunID(1), name: "bench", pipeline: "", owner: "bench", script: Self.digest,
          maximum: .seconds(600), maxOutput: 1 << 20, arguments: [], inputs: []))
    }
  }

  private func wait() async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiting = $0 }
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.resume(.failure(CancellationError())) } }
    }
  }

  private func resume(_ result: Result<Void, any Error>) {
    waiting?.resume(with: result)
    waiting = nil
  }
}

import NIOCore
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

/// A machine with a clock in the hand, and words for what happens to it.
final class Bench {
  var machine: WorkerMachine
  var now = Instant(nanoseconds: 1_000_000_000)

  static let fence = fence(1)

  static func fence(_ number: Int64) -> Fence {
    Fence(taskRun: TaskRunID(number), attempt: 1, nonce: Nonce(high: 1, low: UInt64(number)))
  }

  init(spooled: [Fence: [Frame]] = [:], links: Bool = true) {
    machine = WorkerMachine(spooled: spooled)
    if links { welcome() }
  }

  @discardableResult
  func handle(_ event: WorkerMachine.Event) -> [WorkerMachine.Effect] {
    machine.handle(event, at: now).filter { if case .log = $0 { false } else { true } }
  }

  @discardableResult
  func welcome() -> [WorkerMachine.Effect] {
    handle(.welcomed(Welcome(version: 1, slots: 4, lease: .seconds(48))))
  }

  @discardableResult
  func assign(
    _ fence: Fence = fence, maximum: Duration? = nil, cap: Int64 = 1 << 20, arguments: [String] = [],
    inputs: [Assignment.Input] = [], secrets: [Assignment.Secret] = []
  ) -> [WorkerMachine.Effect] {
    handle(
      .received(
        .assign(
          Assignment(
            fence: fence, run: RunID(1), name: "t", pipeline: "", owner: "ann",
            script: ByteBuffer(bytes: [1]),
            maximum: maximum, maxOutput: cap, arguments: arguments, inputs: inputs,
            secrets: secrets))))
  }

  /// Assigns and starts.
  func run(_ fence: Fence = fence, maximum: Duration? = nil, cap: Int64 = 1 << 20) {
    assign(fence, maximum: maximum, cap: cap)
    handle(.started(fence))
  }

  @discardableResult
  func write(
    _ text: String, _ stream: OutputStream = .standardOutput, _ fence: Fence = fence
  ) -> [WorkerMachine.Effect] {
    handle(.output(fence, stream, ByteBuffer(string: text)))
  }

  @discardableResult
  func exit(_ code: Int32? = 0, signal: Int32? = nil, _ fence: Fence = fence) -> [WorkerMachine.Effect] {
    handle(.exited(fence, WorkerMachine.ProcessExit(code: code, signal: signal)))
  }

  func tick(after span: Duration) -> [WorkerMachine.Effect] {
    now = now + span
    return handle(.tick)
  }
}

extension [WorkerMachine.Effect] {
  var frames: [Frame] { compactMap { if case .send(let frame) = $0 { frame } else { nil } } }
  var finishes: [Finish] { frames.compactMap { if case .finished(let finish) = $0 { finish } else { nil } } }
  var launches: [Launch] { compactMap { if case .launch(let launch) = $0 { launch } else { nil } } }
}

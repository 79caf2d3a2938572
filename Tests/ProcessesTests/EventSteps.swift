import Processes
import Testing

/// Events one after the other, for tests that act in between.
struct EventSteps {
  private let reactor: ProcessReactor
  private var iterator: AsyncStream<[ProcessEvent]>.Iterator
  private var pending: ArraySlice<ProcessEvent> = []

  init(_ reactor: ProcessReactor) {
    self.reactor = reactor
    iterator = reactor.events.makeAsyncIterator()
  }

  mutating func next() async throws -> ProcessEvent {
    while true {
      if let event = pending.popFirst() {
        if case .output(let id, _, let bytes) = event { reactor.acknowledge(id, bytes: bytes.count) }
        return event
      }
      let batch = await iterator.next(isolation: #isolation)
      pending = try #require(batch, "the events have ended")[...]
    }
  }

  /// Passes over events up to the one that is awaited.
  @discardableResult
  mutating func until(_ isAwaited: (ProcessEvent) -> Bool) async throws -> ProcessEvent {
    while true {
      let event = try await next()
      if isAwaited(event) { return event }
      if case .finished = event { try #require(Bool(false), "ended instead: \(event)") }
      if case .failedToStart = event { try #require(Bool(false), "\(event)") }
    }
  }

  mutating func exit() async throws -> Exit {
    let last = try await until { if case .finished = $0 { true } else { false } }
    guard case .finished(_, let exit) = last else { throw CancellationError() }
    return exit
  }
}

extension ProcessEvent {
  var isOutput: Bool { if case .output = self { true } else { false } }
}

import Testing
import ZmeyCore

@testable import ZmeyScheduler
@testable import ZmeyStore

@Suite struct `The book of refusals` {
  /// A book with a clock in seconds.
  private final class Desk {
    var book = RefusalBook()

    func at(_ seconds: Int) -> Instant { Instant(nanoseconds: 1_000_000_000) + .seconds(seconds) }

    func note(_ name: String, _ reason: String = "r", from peer: String = "a", at seconds: Int) -> Bool {
      book.note(name: name, peer: peer, reason: reason, at: at(seconds))
    }

    func take(at seconds: Int) -> [Refusal] { book.take(at: at(seconds)) }
  }

  private func refusal(_ name: String, _ peer: String, _ times: Int) -> Refusal {
    Refusal(name: name, peer: peer, reason: "r", times: times)
  }

  @Test func `tells of a name and a reason at once, and then once a minute how often`() {
    let desk = Desk()
    #expect(desk.note("w", at: 0))
    #expect(desk.take(at: 0) == [refusal("w", "a", 1)])
    #expect(desk.take(at: 0) == [])
    for _ in 0..<1000 { #expect(!desk.note("w", from: "b", at: 1)) }
    #expect(desk.take(at: 59) == [])
    #expect(desk.take(at: 60) == [refusal("w", "b", 1000)])
    // Then it is forgotten, and is new again.
    #expect(desk.take(at: 121) == [])
    #expect(desk.note("w", at: 121))
  }

  @Test func `keeps names and reasons apart`() {
    let desk = Desk()
    #expect(desk.note("w", at: 0))
    #expect(desk.note("v", at: 0))
    #expect(desk.note("w", "q", at: 0))
    #expect(desk.take(at: 0).map(\.name) == ["v", "w", "w"])
  }

  @Test func `has room for a hundred, and counts the others together`() {
    let desk = Desk()
    for number in 0..<10_000 { _ = desk.note("\(number)", at: 0) }
    let told = desk.take(at: 0)
    #expect(told.count == 101)
    let others = told.first
    #expect(others?.name == "(others)" && others?.times == 9900)
    // A minute later there is room again.
    #expect(desk.note("new", at: 60))
    #expect(desk.take(at: 60).map(\.name) == ["new"])
  }
}

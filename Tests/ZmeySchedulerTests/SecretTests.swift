import NIOCore
import Testing
import ZmeyCore
import ZmeyLink
import ZmeyStore

@testable import ZmeyScheduler

@Suite struct `Secrets of what is dispatched` {
  private static let value = SecretValue(Array("correct horse".utf8))!

  private func found(_ secrets: [String: FoundSecret]) -> [SecretReference: FoundSecret] {
    Dictionary(uniqueKeysWithValues: secrets.map { (SecretReference(owner: "ann", name: $0.key), $0.value) })
  }

  @Test func `go with the assignment, each to its place`() {
    let bench = Bench()
    let task = Bench.task(1, secrets: ["A": "x", "3": "x"])
    let effects = bench.perform(claiming: [task], secrets: found(["x": .value(Self.value)]))
    let assigned = effects.frames().compactMap { frame -> [Assignment.Secret]? in
      if case .assign(let assignment) = frame { assignment.secrets } else { nil }
    }
    let expected = [SecretPlace.descriptor(3), .variable("A")].map { place in
      Assignment.Secret(place: place, value: Self.value)
    }
    #expect(assigned == [expected])
  }

  @Test(arguments: [
    (FoundSecret.missing, "its secret 'y' is not set: its owner sets it by 'zmctl secret set'"),
    (.closed, "its secret 'y' is not sealed for this scheduler: set it again by 'zmctl secret set'"),
    (.noIdentity, "its secret 'y' cannot be opened: this scheduler was started without --identity"),
  ])
  func `fail the attempt if one is not to be had`(what: FoundSecret, reason: String) {
    let bench = Bench()
    let secrets = found(["x": .value(Self.value), "y": what])
    let effects = bench.perform(claiming: [Bench.task(1, secrets: ["A": "x", "B": "y"])], secrets: secrets)
    #expect(effects.assigned.isEmpty)
    let batch = bench.takeBatch()
    #expect(batch?.finished.map(\.fence) == [Bench.fence(1)])
    #expect(batch?.finished.first?.outcome == Outcome(verdict: .failed, reason: reason))
    #expect(batch?.lost.isEmpty == true)
  }

  @Test func `send a task back that they could not be read for`() {
    let bench = Bench()
    #expect(bench.perform(claiming: [Bench.task(1, secrets: ["A": "x"])]).assigned.isEmpty)
    let batch = bench.takeBatch()
    #expect(batch?.finished.isEmpty == true)
    #expect(batch?.lost.map(\.fences) == [[Bench.fence(1)]])
    #expect(batch?.lost.map(\.wasDelivered) == [false])
  }
}

import Testing
import ZmeyCore
import ZmeyStore

/// Each seed is a history of faults that can be told again: give its number to `World(seed:)`.
@Suite struct SimulationTests {
  @Test("Whatever fails, every task run comes to one end and nothing is left over", arguments: 0..<200)
  func storm(seed: UInt64) {
    let world = World(seed: seed)
    let wrong = world.live(taskRuns: 120, stormy: .seconds(900))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong.joined(separator: "; "))")
  }

  @Test("Nothing that lives through a restart of its scheduler is run again", arguments: 1000..<1040)
  func restart(seed: UInt64) {
    let faults = World.Faults(links: false, workers: false, database: false, list: false, longAbsence: false)
    let world = World(seed: seed, faults: faults)
    let wrong = world.live(taskRuns: 60, stormy: .seconds(400))
    #expect(wrong.isEmpty, "seed \(seed): \(wrong.joined(separator: "; "))")
    let again = world.executions.filter { id, count in
      let ends = world.database.tasks[id]?.results.compactMap(\.finished) ?? []
      return count != ends.count { $0.outcome.exitCode != nil || $0.outcome.signal != nil }
    }
    #expect(again.isEmpty, "seed \(seed): run again: \(again.keys.sorted())")
  }

  @Test("Equal seeds give equal histories")
  func deterministic() {
    var first = SplitMix(seed: 7)
    var second = SplitMix(seed: 7)
    #expect((0..<1000).allSatisfy { _ in first.next() == second.next() })
  }
}

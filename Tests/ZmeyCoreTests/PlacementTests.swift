import Testing
import ZmeyCore

@Suite("Placement")
struct PlacementTests {
  private func candidate(_ worker: Int32, slots: Int, busy: Int) -> Placement.Candidate {
    .init(worker: WorkerID(worker), slots: slots, busy: busy)
  }

  private func numbers(_ candidates: [Placement.Candidate], limit: Int) -> [Int32] {
    Placement.slots(candidates, limit: limit).map(\.rawValue)
  }

  @Test func `the least loaded is filled first and the lower number on a tie`() {
    let candidates = [
      candidate(2, slots: 4, busy: 0), candidate(1, slots: 2, busy: 0), candidate(3, slots: 4, busy: 3),
    ]
    #expect(numbers(candidates, limit: 100) == [1, 2, 2, 1, 2, 2, 3])
  }

  @Test(arguments: [(-1, 0), (0, 0), (1, 1), (3, 3), (4, 4), (5, 4), (Int.max, 4)])
  func `there are no more than the limit and the free slots`(limit: Int, count: Int) {
    #expect(
      numbers([candidate(1, slots: 2, busy: 0), candidate(2, slots: 3, busy: 1)], limit: limit).count == count
    )
  }

  @Test func `full and overfull workers get nothing`() {
    let full = [
      candidate(1, slots: 2, busy: 2), candidate(2, slots: 1, busy: 5), candidate(3, slots: 0, busy: 0),
    ]
    #expect(numbers(full, limit: 10).isEmpty)
    #expect(numbers(full + [candidate(4, slots: 9, busy: 8)], limit: 10) == [4])
    #expect(numbers([], limit: 10).isEmpty)
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func `it equals choosing the least loaded again and again`(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let candidates = (1...(1 + random.below(12))).map {
      candidate(Int32($0), slots: random.below(20), busy: random.below(20))
    }
    let limit = random.below(60)
    #expect(Placement.slots(candidates, limit: limit) == naive(candidates, limit: limit))
  }

  private func naive(_ candidates: [Placement.Candidate], limit: Int) -> [WorkerID] {
    var busy = Dictionary(uniqueKeysWithValues: candidates.map { ($0.worker, $0.busy) })
    var chosen: [WorkerID] = []
    while chosen.count < limit {
      let free = candidates.filter { busy[$0.worker, default: 0] < $0.slots }
      // Compares busy ÷ slots as fractions, so that no rounding is shared with what is tested.
      let least = free.min {
        let (left, right) = (busy[$0.worker, default: 0] * $1.slots, busy[$1.worker, default: 0] * $0.slots)
        return (left, $0.worker) < (right, $1.worker)
      }
      guard let worker = least?.worker else { break }
      busy[worker, default: 0] += 1
      chosen.append(worker)
    }
    return chosen
  }
}

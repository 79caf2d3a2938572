/// Decides on which worker each of the next tasks goes.
public enum Placement {
  /// A worker as placement sees it.
  public struct Candidate: Hashable, Sendable {
    /// The worker.
    public let worker: WorkerID
    /// How many tasks it may run at once.
    public let slots: Int
    /// How many it has now.
    public let busy: Int

    /// A worker with `busy` of its `slots` taken.
    public init(worker: WorkerID, slots: Int, busy: Int) {
      self.worker = worker
      self.slots = slots
      self.busy = busy
    }
  }

  /// One entry for each free slot, at most `limit`, in the order in which tasks should fill them:
  /// each goes to the worker that is then least loaded (busy ÷ slots), the lower number first.
  ///
  /// - Complexity: O(free slots × log free slots).
  public static func slots(_ candidates: [Candidate], limit: Int) -> [WorkerID] {
    guard limit > 0 else { return [] }
    // The k-th task of a worker meets the load (busy + k) ÷ slots; sorting these meets is the
    // same as choosing the least loaded again and again.
    var meets: [(load: Double, worker: WorkerID)] = []
    for candidate in candidates where candidate.busy < candidate.slots {
      let free = min(candidate.slots - candidate.busy, limit)
      for taken in candidate.busy..<(candidate.busy + free) {
        meets.append((Double(taken) / Double(candidate.slots), candidate.worker))
      }
    }
    meets.sort { ($0.load, $0.worker) < ($1.load, $1.worker) }
    return meets.prefix(limit).map(\.worker)
  }
}

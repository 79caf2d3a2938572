internal import ZmeyCore
internal import ZmeyStore

extension SchedulerBatch {
  /// The same, one thing at a time and without a claim.
  var singles: [SchedulerBatch] {
    func one(_ fill: (inout SchedulerBatch) -> Void) -> SchedulerBatch {
      var batch = SchedulerBatch()
      fill(&batch)
      return batch
    }
    return running.map { item in one { $0.running = [item] } }
      + observed.map { item in one { $0.observed = [item] } }
      + percents.map { item in one { $0.percents = [item] } }
      + chunks.map { item in one { $0.chunks = [item] } }
      + finished.map { item in one { $0.finished = [item] } }
      + lost.map { item in one { $0.lost = [item] } }
  }

  /// An end alone, without its result, as a failure that says so; nothing if this is anything else.
  var withoutResult: [SchedulerBatch] {
    guard var finished = finished.first else { return [] }
    finished.outcome = Outcome(verdict: .failed, reason: "its result could not be stored")
    finished.result = nil
    var batch = SchedulerBatch()
    batch.finished = [finished]
    return [batch]
  }
}

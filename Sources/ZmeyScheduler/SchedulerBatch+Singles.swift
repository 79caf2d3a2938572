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

  /// What to write in place of an end that is refused: the end without its result, as a failure that says so; should
  /// that be refused too, that the attempt is lost. Nothing if this is anything else than an end.
  var lesserForms: [SchedulerBatch] {
    guard var finished = finished.first else { return [] }
    finished.outcome = Outcome(verdict: .failed, reason: "its result could not be stored")
    finished.result = nil
    var (failure, loss) = (SchedulerBatch(), SchedulerBatch())
    failure.finished = [finished]
    loss.lost = [Lost(fences: [finished.fence], wasDelivered: true, reason: "its end could not be stored")]
    return [failure, loss]
  }
}

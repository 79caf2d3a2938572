extension TimeZoneRules {
  /// The first instant after `after` among those that belong to times on the wall: skipped ones to the end of their
  /// gap, repeated ones to their first pass.
  ///
  /// - Parameter first: The first time on the wall not before another.
  func nextOnWall(after: Int64, _ first: (Int64) -> Int64?) -> Int64? {
    let period = period(at: after)
    let before = self.period(at: period.start - 1).offset
    // In the second pass of an hour, all that it shows has been: go on where the first pass ended.
    var local = max(after + period.offset, period.start + before - 1) + 1
    while let time = first(local) {
      let instant = firstInstant(ofLocal: time)
      if instant > after { return instant }
      local = time + 1
    }
    return nil
  }

  /// The first instant after `after` and before `end` at which a wall clock shows one of the times.
  ///
  /// - Parameter first: The first time on the wall not before another.
  func nextElapsed(after: Int64, before end: Int64, _ first: (Int64) -> Int64?) -> Int64? {
    var instant = after + 1
    var searched: ClosedRange<Int64>?
    while instant < end {
      let period = period(at: instant)
      let local = instant + period.offset
      // Found once, a time stays the next one over the clock changes before it.
      let time: Int64
      if let searched, searched.contains(local) {
        time = searched.upperBound
      } else {
        guard let found = first(local) else { return nil }
        time = found
        searched = local...time
      }
      if time - period.offset < period.end { return time - period.offset }
      instant = period.end
    }
    return nil
  }
}

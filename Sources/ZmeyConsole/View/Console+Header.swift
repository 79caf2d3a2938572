import ZmeyCore

/// A number of the first row.
private struct HeaderCount {
  let sign: Character
  let number: Int
  let word: String
  /// What has the lowest stays longest where there is little room.
  let rank: Int
}

extension Console {
  func drawHeader(_ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !rect.isEmpty else { return }
    painter.fill(rect, .header)
    let right = [Span(headerState(painter.signs), .header)]
    let room = rect.columns - painter.columns(right) - 1
    painter.line(
      headerLeft(painter, world, room).map { Span($0, .header) }, right: right, row: rect.row, column: 0,
      width: rect.columns)
  }

  /// The left of the first row. Where not all has room, who one is gives way, then the program's name, then the numbers
  /// that matter least.
  private func headerLeft(_ painter: Painter, _ world: World, _ room: Int) -> [String] {
    let isWide = size.columns >= 160
    let signs = painter.signs
    let all = headerCounts(world, signs)
    func texts(_ counts: [HeaderCount]) -> [String] {
      counts.map { isWide ? "\($0.sign) \($0.number) \($0.word)   " : "\($0.sign)\($0.number) " }
    }
    func columns(_ texts: [String]) -> Int { texts.reduce(0) { $0 + painter.columns($1) } }
    let name = " zmtui  "
    let who = world.identity.map { identity in
      let cluster = identity.cluster.isEmpty ? "" : "\(identity.cluster) \(signs.waiting) "
      return "\(cluster)\(identity.user)@\(identity.host)/\(identity.database)   "
    }
    let full = [name] + (who.map { [$0] } ?? []) + texts(all) + (isWide ? [headerCluster(world.totals)] : [])
    if columns(full) <= room { return full }
    let named = [name] + texts(all)
    let rest = room - columns(named)
    if let who, rest >= 12 { return [name, "\(who.prefix(rest - 3))\(signs.ellipsis)  "] + texts(all) }
    if rest >= 0 { return named }
    var counts = all
    while columns([" "] + texts(counts)) > room, let last = counts.max(by: { $0.rank < $1.rank }) {
      counts.removeAll { $0.rank == last.rank }
    }
    return [" "] + texts(counts)
  }

  private func headerCluster(_ totals: Totals) -> String {
    "   schedulers \(totals.schedulersRunning)/\(totals.schedulers)   workers \(totals.workersLinked)/\(totals.workers)"
      + "   slots \(totals.slotsBusy)/\(totals.slots)"
  }

  private func headerState(_ signs: Signs) -> String {
    if let frozen { return "FROZEN +\(frozen.news) " }
    switch world.link {
    case .connecting: return "connecting "
    case .live:
      if let obstacle = world.totals.obstacle { return "\(signs.warning) \(obstacle) " }
      return world.readOnlyReason == nil ? "\(signs.live) live " : "\(signs.live) read only "
    case .lost: return "\(signs.warning) lost "
    }
  }

  /// Each task run counts once.
  private func headerCounts(_ world: World, _ signs: Signs) -> [HeaderCount] {
    let pipelines = world.board?.pipelines ?? []
    let totals = world.totals
    let held = pipelines.reduce(0) { $0 + $1.taskRuns.count { $0.state == .held } }
    let failed = pipelines.count { $0.run?.state == .failed }
    let succeeded = pipelines.count { $0.run?.state == .succeeded }
    return [
      HeaderCount(sign: signs.running, number: totals.running, word: "running", rank: 2),
      HeaderCount(sign: signs.queued, number: totals.queued, word: "queued", rank: 3),
      HeaderCount(sign: signs.paused, number: totals.paused + held, word: "paused", rank: 1),
      HeaderCount(sign: signs.failed, number: failed, word: "failed", rank: 0),
      HeaderCount(sign: signs.succeeded, number: succeeded, word: "ok", rank: 4),
    ]
  }

  func drawBanner(_ painter: inout Painter, _ rect: Rect) {
    guard !rect.isEmpty, case .lost(let since, let reason, let attempt, let next) = world.link else { return }
    painter.fill(rect, .banner)
    let age = painter.running(since: since)
    let sign = painter.signs.warning
    let long = " \(sign) database lost \(TimeText.clock(since, world.zone)) - data \(age) old, READ ONLY"
    var text = " \(sign) READ ONLY, database lost, \(age) old"
    if painter.columns(long) <= rect.columns {
      let wait = painter.remaining(until: next)
      let refresh = world.keys.keyName(.refresh).map { " - \($0) now" } ?? ""
      text = long + " - try \(attempt) in \(wait)\(refresh) - \(reason)"
    }
    painter.text(text, row: rect.row, column: 0, width: rect.columns, .banner)
  }
}

internal import ZmeyCore
internal import ZmeyLink
internal import ZmeyStore

/// Who was refused, until people are told of it: each name and reason at most once a minute, however many come, and no
/// more than a hundred of them.
struct RefusalBook: Sendable {
  private struct Key: Hashable {
    let name: String
    let reason: String
  }

  private struct Entry {
    /// When people may be told again.
    var due: Instant
    var times: Int
    var peer: String
  }

  private static let period = Duration.seconds(60)
  private static let room = 100
  /// Where all go that there is no room for.
  private static let others = Key(name: "(others)", reason: "too many different workers are refused")

  private var entries: [Key: Entry] = [:]

  /// Notes one.
  ///
  /// - Returns: whether none like it was noted within the last minute.
  mutating func note(name: String, peer: String, reason: String, at now: Instant) -> Bool {
    if entries.count >= Self.room { forget(now) }
    var key = Key(name: name, reason: reason)
    if entries[key] == nil, entries.count >= Self.room { key = Self.others }
    let isNew = entries[key].map { $0.times == 0 && $0.due <= now } ?? true
    entries[key, default: Entry(due: now, times: 0, peer: peer)].times += 1
    entries[key]?.peer = peer
    return isNew
  }

  /// What people are to be told now.
  mutating func take(at now: Instant) -> [Refusal] {
    forget(now)
    var taken: [Refusal] = []
    for (key, entry) in entries where entry.due <= now {
      taken.append(Refusal(name: key.name, peer: entry.peer, reason: key.reason, times: entry.times))
      entries[key] = Entry(due: now + Self.period, times: 0, peer: entry.peer)
    }
    return taken.sorted { ($0.name, $0.reason) < ($1.name, $1.reason) }
  }

  private mutating func forget(_ now: Instant) {
    entries = entries.filter { $0.value.times > 0 || $0.value.due > now }
  }
}

extension LinkError {
  /// Why somebody who never greeted was refused: one of few, whatever bytes came.
  var refusal: String {
    switch self {
    case .malformed, .oversized, .unexpected: "it does not speak the protocol of workers"
    case .insecure: "it does not speak TLS 1.3: a worker needs --credential here"
    case .unasked: "it speaks TLS, and this scheduler has no --identity"
    case .unknownScheduler: "it does not know this scheduler's certificate: give it a new credential"
    case .silent, .late, .refused: description
    }
  }
}

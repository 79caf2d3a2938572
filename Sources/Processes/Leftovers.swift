import Glibc

/// Ends processes that a reactor's process left behind, without a reactor.
enum Leftovers {
  /// How long they are waited for.
  static let patience = Duration.seconds(10)

  /// Ends all processes whose environment has an entry with that beginning, and their descendants, and returns when
  /// two scans in a row have found nobody. Whom we may not signal is passed over.
  ///
  /// - Throws: ``SystemError`` that names those that still live after that time, as one may that waits for a disk.
  static func end(marked prefix: [UInt8], within patience: Duration = patience) throws(SystemError) {
    let deadline = ContinuousClock.now + patience
    var known: [Int32: UInt64] = [:]
    var untouchable: [Int32: UInt64] = [:]
    var quietRounds = 0
    var pause: UInt32 = 2000
    while quietRounds < 2 {
      let census = Census(ProcessEntry.all(), below: getpid()) { entry in
        let isMarked =
          known[entry.pid] == entry.start || entry.environment.contains { $0.starts(with: prefix) }
        return isMarked ? true : nil
      }
      let members = census.members[true] ?? []
      let before = known
      known = Dictionary(members.map { ($0.pid, $0.start) }) { $1 }
      let living = members.filter { $0.isAlive && untouchable[$0.pid] != $0.start }
      for entry in living where !entry.signal(SIGKILL) { untouchable[entry.pid] = entry.start }
      quietRounds = living.isEmpty ? quietRounds + 1 : 0
      if living.isEmpty { continue }
      if ContinuousClock.now >= deadline { throw .leftovers(living.map(\.pid)) }
      // Nothing announces the end of those who are not our children. Who takes long may take very long.
      pause = known == before ? min(pause * 2, 128_000) : 2000
      usleep(pause)
    }
  }
}

extension SystemError {
  private static let leftoversCode = ETIME

  /// Nothing may begin while these live.
  static func leftovers(_ pids: [Int32]) -> SystemError {
    let list = pids.map(String.init).joined(separator: ", ")
    return SystemError("processes \(list) of an earlier worker cannot be ended", code: leftoversCode)
  }

  var isOfLeftovers: Bool { code == Self.leftoversCode }
}

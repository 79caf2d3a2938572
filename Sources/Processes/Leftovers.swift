import Glibc

/// Ends processes that a reactor's process left behind, without a reactor.
enum Leftovers {
  /// Ends all processes whose environment has an entry with that beginning, and their descendants, and returns when
  /// two scans in a row have found nobody. Whom we may not signal is passed over.
  static func end(marked prefix: [UInt8]) {
    var known: [Int32: UInt64] = [:]
    var untouchable: [Int32: UInt64] = [:]
    var quietRounds = 0
    while quietRounds < 2 {
      let census = Census(ProcessEntry.all(), below: getpid()) { entry in
        let isMarked =
          known[entry.pid] == entry.start || entry.environment.contains { $0.starts(with: prefix) }
        return isMarked ? true : nil
      }
      let members = census.members[true] ?? []
      known = Dictionary(members.map { ($0.pid, $0.start) }) { $1 }
      let living = members.filter { $0.isAlive && untouchable[$0.pid] != $0.start }
      for entry in living where !entry.signal(SIGKILL) { untouchable[entry.pid] = entry.start }
      quietRounds = living.isEmpty ? quietRounds + 1 : 0
      // Nothing announces the end of those who are not our children.
      if !living.isEmpty { usleep(2000) }
    }
  }
}

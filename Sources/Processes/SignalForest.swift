import Glibc

/// Trees held together by scans of `/proc` and signals. All trees that need one share a scan.
final class SignalForest: Forest {
  private(set) var due: UInt64?
  private let isAdopting: Bool
  private var trees: [Int32: SignalTree] = [:]
  private var marks: [[UInt8]: Int32] = [:]
  /// Leaders of the trees that something is done with, scan by scan.
  private var pursued: Set<Int32> = []
  /// The orphans that a scan has seen, with their start and the leader of their tree, if they have one.
  private var orphans: [Int32: (start: UInt64, leader: Int32?)] = [:]
  private var rounds = 0
  /// Children of ours that lead no tree, and when they were listed.
  private var strangers: [Int32] = []
  private var listedAt: UInt64 = 0

  /// Between the scans of a pursuit; doubled five times while it goes on.
  private static let shortestPause: UInt64 = 2_000_000

  init(adopting: Bool) { isAdopting = adopting }

  func prepare(_ request: inout LaunchRequest, isRetry: Bool) -> Cgroup? {
    request.fallBackOnMemoryLimit()
    request.fallBackOnProcessLimit()
    return nil
  }

  func discard(_ cgroup: Cgroup) {}

  func plant(_ child: Child) {
    trees[child.pid] = SignalTree(child)
    if let mark = child.mark { marks[mark] = child.pid }
    if isAdopting && due == nil { due = monotonicNanoseconds() + Orphans.upkeepPeriod }
  }

  func pursue(_ child: Child) -> Bool {
    guard let tree = trees[child.pid] else { return true }
    switch child.wish {
    case .run:
      tree.resume()
      pursued.remove(child.pid)
      return true
    case .kill where isAdopting && !mayHaveOrphans(child): return true
    case .freeze, .kill:
      tree.startOver()
      pursued.insert(child.pid)
      scanSoon()
      return false
    }
  }

  func signal(_ child: Child, _ number: Int32) {
    trees[child.pid]?.pending.append(number)
    scanSoon()
  }

  func uproot(_ child: Child) {
    trees[child.pid] = nil
    if let mark = child.mark { marks[mark] = nil }
    pursued.remove(child.pid)
    for (pid, orphan) in orphans where orphan.leader == child.pid {
      Orphans.reap(pid)
      orphans[pid] = nil
    }
    if trees.isEmpty { due = nil }
  }

  func note(_ descriptor: Int32) -> Bool { false }

  func turn(at now: UInt64) -> [Child] {
    guard let due, due <= now else { return [] }
    let hasWork = !pursued.isEmpty || trees.values.contains { !$0.pending.isEmpty }
    var done: [Child] = []
    if isAdopting, !hasWork { list() }
    if hasWork || (isAdopting && mayHaveOrphans(nil)) { done = scan() }
    for child in done { pursued.remove(child.pid) }
    rounds = pursued.isEmpty ? 0 : rounds + 1
    if !pursued.isEmpty {
      self.due = monotonicNanoseconds() + Self.shortestPause << UInt64(min(rounds / 4, 5))
    } else {
      self.due = isAdopting && !trees.isEmpty ? monotonicNanoseconds() + Orphans.upkeepPeriod : nil
    }
    return done
  }

  private func scanSoon() {
    due = 0
    rounds = 0
  }

  /// Whether an orphan lives that belongs to the tree of that leader or that no scan has seen.
  ///
  /// We are the nearest subreaper above every tree: what lives of a tree whose leader has ended is a child of
  /// ours or descends from one. So one list does for all that had ended when it was made.
  private func mayHaveOrphans(_ child: Child) -> Bool {
    guard let endedAt = child.endedAt else { return true }
    if listedAt <= endedAt { list() }
    return mayHaveOrphans(child.pid)
  }

  private func list() {
    listedAt = monotonicNanoseconds()
    strangers = Orphans.children().filter { trees[$0] == nil }
  }

  private func mayHaveOrphans(_ leader: Int32?) -> Bool {
    var found = false
    for pid in strangers where trees[pid] == nil {
      guard let entry = ProcessEntry(pid: pid) else { continue }
      if !entry.isAlive {
        Orphans.reap(pid)
        orphans[pid] = nil
      } else if let orphan = orphans[pid], orphan.start == entry.start {
        if orphan.leader == leader && leader != nil { found = true }
      } else {
        found = true
      }
    }
    return found
  }

  private func scan() -> [Child] {
    let entries = ProcessEntry.all()
    // A descendant is not older than its leader, so most environments need not be read.
    let oldest = entries.filter { trees[$0.pid] != nil }.map(\.start).min() ?? .max
    let census = Census(entries, below: getpid()) { $0.start < oldest ? nil : owner($0) }
    orphans = [:]
    for entry in entries where entry.parent == getpid() && trees[entry.pid] == nil && entry.isAlive {
      orphans[entry.pid] = (entry.start, census.owner(of: entry.pid))
    }
    return trees.values.filter { tree in
      let isDone = tree.advance(census.members[tree.child.pid] ?? [])
      return isDone && pursued.contains(tree.child.pid)
    }.map(\.child)
  }

  private func owner(_ entry: ProcessEntry) -> Int32? {
    if trees[entry.pid] != nil { return entry.pid }
    if trees[entry.session] != nil { return entry.session }
    if let known = trees.values.first(where: { $0.knows(entry) }) { return known.child.pid }
    return marks.isEmpty ? nil : entry.environment.lazy.compactMap { self.marks[Array($0)] }.first
  }
}

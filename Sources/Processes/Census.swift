/// Who belongs to which tree, worked out from one scan.
struct Census<Tree: Hashable> {
  /// The members of each tree, zombies included.
  private(set) var members: [Tree: [ProcessEntry]] = [:]
  private var owners: [Int32: Tree?] = [:]

  /// - Parameters:
  ///   - entries: the scan.
  ///   - top: a process above all trees, such as our own; nothing is inherited from it or above.
  ///   - own: the tree that a process belongs to by itself. Others belong where their parent does.
  init(_ entries: [ProcessEntry], below top: Int32, own: (ProcessEntry) -> Tree?) {
    let table = Dictionary(entries.map { ($0.pid, $0) }) { $1 }
    // A scan is not one instant's, so a pid given anew could close a circle: an unknown owner stands in first.
    for pid in [0, 1, top] { owners[pid] = .some(nil) }
    for entry in entries {
      var path: [Int32] = []
      var next = entry
      while owners[next.pid] == nil {
        path.append(next.pid)
        let tree = own(next)
        owners[next.pid] = .some(tree)
        guard tree == nil, let parent = table[next.parent] else { break }
        next = parent
      }
      let tree = owners[next.pid] ?? nil
      for pid in path { owners[pid] = .some(tree) }
      if let tree { members[tree, default: []].append(entry) }
    }
  }

  /// The tree of a process that was in the scan.
  func owner(of pid: Int32) -> Tree? { owners[pid] ?? nil }
}

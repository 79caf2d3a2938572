/// The chain of tasks that a pipeline's run waits for longest: how long it still takes if nothing fails and a slot is
/// free for everything that is ready.
public struct CriticalPath: Hashable, Sendable {
  /// A task of a run.
  public struct Node: Hashable, Sendable {
    /// Its name, which no other one has.
    public let name: String
    /// Where it stands.
    public let state: TaskRunState
    /// How long it usually takes from now on; nil if nobody knows. Of one that has ended it is not looked at.
    public let remaining: Duration?

    /// A task of a run.
    public init(name: String, state: TaskRunState, remaining: Duration?) {
      self.name = name
      self.state = state
      self.remaining = remaining
    }
  }

  /// A link between two of them.
  public struct Link: Hashable, Sendable {
    /// The name of the task that it comes from.
    public let from: String
    /// The name of the task that it leads to.
    public let to: String
    /// When it is taken.
    public let condition: Condition
    /// Whether the task that it leads to is skipped without it, as by the join `all`.
    public let isNeeded: Bool

    /// A link of that condition.
    public init(from: String, to: String, condition: Condition = .success, isNeeded: Bool = true) {
      self.from = from
      self.to = to
      self.condition = condition
      self.isNeeded = isNeeded
    }
  }

  /// How long the run still takes.
  public let remaining: Duration
  /// The tasks along the path that have not ended, in their order.
  public let names: [String]

  /// The path that takes longest; nil if a task that is needed for it says nothing of its time.
  ///
  /// What has not ended counts as if it succeeded, so a task that waits for a failure does not count; what a result
  /// decides counts as if it were taken. A join that needs not every link counts as if it waited for all the same.
  ///
  /// - Parameter links: without a circle; one whose ends are not both among `nodes` does not count.
  public init?(_ nodes: [Node], _ links: [Link]) {
    var search = Search(
      nodes: Dictionary(nodes.map { ($0.name, $0) }) { first, _ in first },
      links: Dictionary(grouping: links, by: \.to))
    var longest = Path(end: .succeeded, length: .zero, names: [])
    for node in nodes {
      let path = search.path(to: node)
      guard let length = path.length else { return nil }
      if length > longest.length ?? .zero { longest = path }
    }
    remaining = longest.length ?? .zero
    names = longest.names
  }

  /// The longest way to the end of a task.
  private struct Path {
    /// What its state will be.
    let end: TaskRunState
    /// Nil if it is not known.
    let length: Duration?
    let names: [String]
  }

  private struct Search {
    let nodes: [String: Node]
    let links: [String: [Link]]
    var found: [String: Path] = [:]

    mutating func path(to node: Node) -> Path {
      if let path = found[node.name] { return path }
      let path = look(node)
      found[node.name] = path
      return path
    }

    private mutating func look(_ node: Node) -> Path {
      if node.state.isEnd { return Path(end: node.state, length: .zero, names: []) }
      var (length, names): (Duration?, [String]) = (.zero, [])
      for link in links[node.name] ?? [] {
        guard let before = nodes[link.from] else { continue }
        let path = path(to: before)
        guard !link.isNeeded || link.condition.isTaken(after: path.end) ?? true else {
          return Path(end: .skipped, length: .zero, names: [])
        }
        guard let known = length, let other = path.length else {
          length = nil
          continue
        }
        if other > known { (length, names) = (other, path.names) }
      }
      return Path(
        end: .succeeded, length: length.flatMap { length in node.remaining.map { length + $0 } },
        names: names + [node.name])
    }
  }
}

extension Condition {
  /// Whether a link of this condition is taken once the task before it has ended so; nil if its exit code or its
  /// result decides.
  public func isTaken(after end: TaskRunState) -> Bool? {
    switch self {
    case .success: end == .succeeded
    case .failure: end == .failed || end == .timedOut || end == .lost
    case .always: true
    case .exitCode(let comparison, let code): end == .succeeded ? comparison.holds(0, code) : nil
    case .exitCodeIn(let codes): end == .succeeded ? codes.contains(0) : nil
    case .resultText, .resultNumber: nil
    case .not(let part): part.isTaken(after: end).map { !$0 }
    case .and(let parts): Self.decided(parts.map { $0.isTaken(after: end) }, by: false)
    case .or(let parts): Self.decided(parts.map { $0.isTaken(after: end) }, by: true)
    }
  }

  /// One part that is `decider` settles it; so do all that are not.
  private static func decided(_ parts: [Bool?], by decider: Bool) -> Bool? {
    if parts.contains(decider) { return decider }
    return parts.contains(nil) ? nil : !decider
  }
}

extension Condition.Comparison {
  fileprivate func holds(_ left: Int, _ right: Int) -> Bool {
    switch self {
    case .equal: left == right
    case .different: left != right
    case .less: left < right
    case .atMost: left <= right
    case .more: left > right
    case .atLeast: left >= right
    }
  }
}

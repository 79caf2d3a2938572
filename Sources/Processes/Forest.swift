/// What is wanted of a tree.
enum Wish: Sendable {
  case run
  case freeze
  case kill
}

/// All trees of a reactor as one way of control holds them. Used by the reactor's thread alone.
protocol Forest: AnyObject {
  /// When `turn` has work to do although nothing is reported; nil if only reports bring work.
  var due: UInt64? { get }

  /// Makes ready for a launch: the place where the process is to be born, or nil if any will do. May add to
  /// the program's limits those of the request.
  ///
  /// - Parameter isRetry: whether the place given before was of no use; this one is new then.
  func prepare(_ request: inout LaunchRequest, isRetry: Bool) throws(LaunchFailure) -> Cgroup?

  /// Gets rid of what `prepare` returned, after a launch that failed.
  func discard(_ cgroup: Cgroup)

  /// Takes a launched process as the leader of a tree.
  func plant(_ child: Child)

  /// Begins to do what the child's wish says, or to look whether anybody lives. Returns whether that is already
  /// done: `run` always is, `freeze` when all stand still, `kill` when nobody lives.
  func pursue(_ child: Child) -> Bool

  /// Sends a signal to all members.
  func signal(_ child: Child, _ number: Int32)

  /// Lets go of a tree of which nobody lives.
  func uproot(_ child: Child)

  /// Whether the descriptor that epoll reports is the forest's.
  func note(_ descriptor: Int32) -> Bool

  /// Goes on with what is pursued and returns those for which it is done now.
  func turn(at now: UInt64) -> [Child]
}

public import ZmeyConsole

/// What the console asks of its feed.
public enum FeedRequest: Sendable {
  /// To be told of these, now and whenever they change, and of no others.
  case want(Set<Query>)
  /// To do these, one after the other; answered by `Input.replies`.
  case send([Command], ticket: Int)
  /// To try at once to reach a database that is lost.
  case reconnect
  /// To look again at all that is wanted.
  case refresh
}

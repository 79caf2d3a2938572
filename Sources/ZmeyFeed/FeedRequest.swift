public import ZmeyConsole

/// What the console asks of its feed.
public enum FeedRequest: Sendable {
  /// To be told of these, now and whenever they change, and of no others.
  case want(Set<Query>)
  /// To do these, one after the other; answered by `Input.outcomes`.
  case send([Command], ticket: Int)
  /// To try at once to reach a database that is lost.
  case reconnect
  /// To look again at all that is wanted.
  case refresh
}

extension FeedRequest {
  /// The request that an effect of the console makes; nil if it makes none.
  public init?(_ effect: Effect) {
    switch effect {
    case .send(let commands, let ticket): self = .send(commands, ticket: ticket)
    case .reconnect: self = .reconnect
    case .refresh: self = .refresh
    case .edit, .page, .copy, .theme, .redraw, .mouse, .suspend, .forgetTyping, .quit: return nil
    }
  }
}

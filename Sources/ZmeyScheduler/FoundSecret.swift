internal import Postgres
internal import Sealing
public import ZmeyCore
internal import ZmeyStore

/// What came of looking for a secret.
public enum FoundSecret: Hashable, Sendable {
  /// It is here.
  case value(SecretValue)
  /// Its owner has none of that name.
  case missing
  /// It was not sealed for this scheduler's key, or holds what no secret holds.
  case closed
  /// This scheduler has no key.
  case noIdentity
}

extension SchedulerIdentity {
  /// Looks for the secrets of tasks that were just claimed, and opens them.
  ///
  /// - Returns: one for each that they name, each opened once; none if nobody names one, or the database is away.
  func findSecrets(
    of claimed: [ClaimedTask], opening identity: Identity?, _ session: borrowing Session
  ) -> [SecretReference: FoundSecret] {
    let wanted = Set(claimed.lazy.flatMap(\.secrets))
    guard !wanted.isEmpty, let envelopes = try? secrets(wanted, session) else { return [:] }
    let found = wanted.map { reference -> (SecretReference, FoundSecret) in
      guard let sealed = envelopes[reference] else { return (reference, .missing) }
      guard let identity else { return (reference, .noIdentity) }
      let opened = try? Envelope(der: sealed).opened(by: identity)
      return (reference, opened.flatMap { SecretValue($0) }.map { .value($0) } ?? .closed)
    }
    return Dictionary(uniqueKeysWithValues: found)
  }
}

extension FoundSecret {
  /// Why a task cannot have the secret of that name; nil if it can.
  func obstacle(_ name: String) -> String? {
    switch self {
    case .value: nil
    case .missing: "its secret '\(name)' is not set: its owner sets it by 'zmctl secret set'"
    case .closed: "its secret '\(name)' is not sealed for this scheduler: set it again by 'zmctl secret set'"
    case .noIdentity: "its secret '\(name)' cannot be opened: this scheduler was started without --identity"
    }
  }
}

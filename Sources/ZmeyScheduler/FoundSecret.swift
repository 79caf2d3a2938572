public import ZmeyCore

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

public import Postgres
internal import ZmeyCore

/// Names a secret: its owner's name for it.
public struct SecretReference: Hashable, Sendable {
  /// Whose it is.
  public let owner: String
  /// What the owner calls it.
  public let name: String

  /// The secret of that owner with that name.
  public init(owner: String, name: String) {
    self.owner = owner
    self.name = name
  }
}

extension ClaimedTask {
  /// The secrets that its process is to have.
  public var secrets: [SecretReference] {
    settings.secrets.values.map { SecretReference(owner: owner, name: $0) }
  }
}

extension SchedulerIdentity {
  /// The envelopes (DER) of secrets; one that is not set is not among them.
  public func secrets(
    _ references: some Collection<SecretReference>, _ session: borrowing Session
  ) throws -> [SecretReference: [UInt8]] {
    let rows = try session.query(
      Statement(
        "secret_envelopes",
        "select owner::text, name, sealed from zm_sched.secrets($1, $2, $3::text[]::name[], $4)"),
      parameters + [.textArray(references.map(\.owner)), .textArray(references.map(\.name))])
    let pairs = try rows.map { row throws(DatabaseError) in
      (SecretReference(owner: try row.text(0), name: try row.text(1)), try row.bytes(2))
    }
    return Dictionary(pairs) { first, _ in first }
  }
}

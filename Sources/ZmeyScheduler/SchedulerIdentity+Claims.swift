internal import Postgres
internal import Sealing
internal import ZmeyCore
internal import ZmeyStore

extension SchedulerIdentity {
  /// Carries the batch out and reads what its claims need: the texts of scripts that are not known, and secrets.
  ///
  /// - Throws: as `perform` does.
  func carryOut(
    _ batch: SchedulerBatch, knowing known: Set<[UInt8]>, opening identity: Identity?,
    _ session: borrowing Session
  ) throws -> (SchedulerBatchResult, [[UInt8]: String], [SecretReference: FoundSecret]) {
    let result = try perform(batch, session)
    let missing = Set(result.claimed.map(\.script)).subtracting(known)
    // The claim has committed, so nothing may throw from here on: a task without its text or secrets goes back.
    let texts = missing.isEmpty ? [:] : (try? scripts(Array(missing), session)) ?? [:]
    return (result, texts, findSecrets(of: result.claimed, opening: identity, session))
  }

  /// Looks for the secrets of tasks that were just claimed, and opens them.
  ///
  /// - Returns: one for each that they name, each opened once; none if nobody names one, or the database is away.
  private func findSecrets(
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

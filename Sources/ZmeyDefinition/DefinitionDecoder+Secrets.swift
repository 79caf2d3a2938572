import ZmeyCore

extension DefinitionDecoder {
  /// The names of secrets under `secrets` by their places; none if it is absent or has nothing behind it.
  mutating func secrets(_ fields: Fields, beside environment: [String: String]) -> [String: String] {
    guard let entry = fields["secrets"] else { return [:] }
    if case .nothing = entry.value.content { return [:] }
    guard case .mapping(let entries) = entry.value.content else {
      mismatch(entry.value, "'secrets' is a mapping (VARIABLE: secret)")
      return [:]
    }
    var secrets: [String: String] = [:]
    for secret in entries {
      if let problem = SecretPlace.problem(secret.key) {
        report(secret.place, "\(problem); this is \(secret.key.excerpt)")
      } else if let name = text(secret.value, named: secret.key) {
        if let problem = Name.problem(name.string) { report(name.place, "'secrets': \(problem)") }
        secrets[secret.key] = name.string
      }
    }
    if let problem = SecretPlace.problem(secrets, beside: environment) {
      report(entry.place, "'secrets': \(problem)")
    }
    return secrets
  }
}

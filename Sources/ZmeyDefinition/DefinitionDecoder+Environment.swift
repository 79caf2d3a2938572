import ZmeyCore

extension DefinitionDecoder {
  /// The variables under `env`; none if it is absent or has nothing behind it.
  mutating func environment(_ fields: Fields) -> [String: String] {
    guard let entry = fields["env"] else { return [:] }
    if case .nothing = entry.value.content { return [:] }
    guard case .mapping(let entries) = entry.value.content else {
      mismatch(entry.value, "'env' is a mapping (NAME: value)")
      return [:]
    }
    var variables: [String: String] = [:]
    for variable in entries {
      if let problem = Variable.problem(variable.key) {
        report(variable.place, "\(problem); this is \(variable.key.excerpt)")
      } else if let value = text(variable.value, named: variable.key) {
        variables[variable.key] = value.string
      }
    }
    if let problem = Variable.problem(variables) { report(entry.place, "'env': \(problem)") }
    return variables
  }
}

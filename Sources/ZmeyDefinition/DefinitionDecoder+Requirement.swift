import ZmeyCore

extension DefinitionDecoder {
  /// The names under `labels`.
  mutating func labels(_ fields: Fields, _ tree: inout PlaceTree) -> [String] {
    let labels = texts(fields, "labels")
    if !labels.isEmpty { tree.set(labels.map { PlaceTree($0.place) }, at: "labels") }
    return labels.map(\.string)
  }

  /// The amounts under `resources`; none if it is absent or has nothing behind it.
  mutating func resources(_ fields: Fields) -> [String: Int] {
    guard let entry = fields["resources"] else { return [:] }
    if case .nothing = entry.value.content { return [:] }
    guard case .mapping(let entries) = entry.value.content else {
      mismatch(entry.value, "'resources' is a mapping (NAME: amount)")
      return [:]
    }
    var resources: [String: Int] = [:]
    for resource in entries {
      resources[resource.key] = number(resource.value, named: resource.key, in: Requirement.amountRange)
    }
    return resources
  }
}

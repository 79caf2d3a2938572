import ZmeyCore
import ZmeyDefinition
import ZmeyStore

/// Definitions as lists and as YAML.
enum Catalogue {
  private struct Document: Encodable {
    let name: String
    let description: String
    let owner: String
    let tasks: Int64?
    let attempts: Int64?
    let version: Int32?
    let isPaused: Bool?

    private enum CodingKeys: String, CodingKey {
      case name, description, owner, tasks, attempts, version
      case isPaused = "is_paused"
    }
  }

  static func show(_ rows: [DefinitionView], count: String, json: Bool) throws {
    if json {
      try Output.json(
        rows.map { row in
          Document(
            name: row.name, description: row.description, owner: row.owner,
            tasks: row.version == nil ? nil : row.count,
            attempts: row.version == nil ? row.count : nil, version: row.version,
            isPaused: row.version == nil ? nil : row.isPaused)
        })
    } else {
      Output.table(
        ["NAME", "OWNER", count, "DESCRIPTION"],
        rows.map { row in
          [row.name, row.owner, "\(row.count)\(row.isPaused ? " (paused)" : "")", row.description]
        })
    }
  }

  /// One of them: as YAML that `apply` takes, or as its JSON.
  static func show(_ definition: some Encodable, as definitions: Definitions, json: Bool) throws {
    if json {
      try Output.json(definition)
    } else {
      print(DefinitionWriter.write(definitions), terminator: "")
    }
  }
}

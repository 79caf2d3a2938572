/// What a task is run over: once for each item, which is its last argument.
public struct MapDefinition: Hashable, Sendable {
  /// Where the items come from.
  public enum Source: Hashable, Sendable {
    /// From the result of a task before it.
    case task(String, Form)
    /// They stand here; 1 to `MapDefinition.maxItems`.
    case items([String])
  }

  /// How a result holds items.
  public enum Form: String, CaseIterable, Codable, Sendable {
    /// Each line is one.
    case lines
    /// It is a JSON array; each element is one.
    case json
  }

  /// Where the items come from.
  public var source: Source
  /// How many items run at once at most, 1 to 1000.
  public var limit: Int

  /// What `limit` may be.
  public static let limitRange = 1...1000
  /// The limit if nothing else is said.
  public static let defaultLimit = 1000
  /// The most items that may be written out.
  public static let maxItems = 100_000

  /// A map over those items.
  public init(_ source: Source, limit: Int = MapDefinition.defaultLimit) {
    self.source = source
    self.limit = limit
  }
}

extension MapDefinition: Codable {
  private enum CodingKeys: String, CodingKey {
    case over, items, limit
    case form = "as"
  }

  /// Reads `{"over": TASK, "as": "json", "limit": 10}` or `{"items": […], "limit": 10}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    limit = try container.decode(forKey: .limit, else: Self.defaultLimit)
    if let task = try container.decodeIfPresent(String.self, forKey: .over) {
      source = .task(task, try container.decode(forKey: .form, else: .lines))
    } else {
      source = .items(try container.decode([String].self, forKey: .items))
    }
  }

  /// Writes an object without what has its default.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch source {
    case .task(let task, let form):
      try container.encode(task, forKey: .over)
      try container.encode(form, forKey: .form, unless: .lines)
    case .items(let items): try container.encode(items, forKey: .items)
    }
    try container.encode(limit, forKey: .limit, unless: Self.defaultLimit)
  }
}

/// Everything that one `apply` brings, or one `export` gives: values without owner or version.
public struct Definitions: Hashable, Sendable {
  /// Templates, each name once.
  public var templates: [TemplateDefinition]
  /// Pipelines, each name once.
  public var pipelines: [PipelineDefinition]
  /// Events, each name once.
  public var events: [EventDefinition]

  /// Definitions of those parts.
  public init(
    templates: [TemplateDefinition] = [], pipelines: [PipelineDefinition] = [], events: [EventDefinition] = []
  ) {
    self.templates = templates
    self.pipelines = pipelines
    self.events = events
  }
}

extension Definitions: Codable {
  private enum CodingKeys: String, CodingKey { case templates, pipelines, events }

  /// Reads an object; an absent list is empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      templates: try container.decode(forKey: .templates, else: []),
      pipelines: try container.decode(forKey: .pipelines, else: []),
      events: try container.decode(forKey: .events, else: []))
  }

  /// Writes an object; `events` is left out if there are none.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(templates, forKey: .templates)
    try container.encode(pipelines, forKey: .pipelines)
    try container.encode(events, forKey: .events, unless: [])
  }
}

/// A named program that tasks refer to.
public struct TemplateDefinition: Hashable, Codable, Sendable {
  /// Unique among its owner's templates.
  public var name: String
  /// What it is for, in a line; may be empty.
  public var description: String
  /// What it runs.
  public var program: Program

  /// A template of that name.
  public init(name: String, description: String = "", program: Program) {
    self.name = name
    self.description = description
    self.program = program
  }
}

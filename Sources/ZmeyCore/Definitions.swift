/// Everything that one `apply` brings, or one `export` gives: values without owner or version.
public struct Definitions: Hashable, Codable, Sendable {
  /// Templates, each name once.
  public var templates: [TemplateDefinition]
  /// Pipelines, each name once.
  public var pipelines: [PipelineDefinition]

  /// Definitions of those parts.
  public init(templates: [TemplateDefinition] = [], pipelines: [PipelineDefinition] = []) {
    self.templates = templates
    self.pipelines = pipelines
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

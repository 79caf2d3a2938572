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

/// A script with the facts that running it needs; what a template and an inline task share.
public struct Program: Hashable, Codable, Sendable {
  /// The script's text; its first line names the interpreter (`#!/bin/sh`).
  public var script: String
  /// How long it usually takes, for progress; nil if unknown.
  public var average: Timespan?
  /// How long it may take before it is killed as `timed_out`; nil for no limit.
  public var maximum: Timespan?
  /// How often it is tried at most when it fails, 1 to 100.
  public var attempts: Int
  /// Whether it runs again when its worker vanished in the middle.
  public var rerunIfLost: Bool
  /// How many bytes of standard output and error are kept, each; beyond it the output is cut
  /// with a mark. 1 KiB to 256 MiB.
  public var maxOutput: Int64

  /// The output kept if nothing else is said: 16 MiB.
  public static let defaultMaxOutput: Int64 = 16 << 20
  /// What `maxOutput` may be.
  public static let maxOutputRange: ClosedRange<Int64> = 1024...(256 << 20)
  /// What `attempts` may be.
  public static let attemptsRange = 1...100
  /// The largest script, in bytes.
  public static let maxScriptBytes = 1 << 20

  /// A program with the defaults for all but its script.
  public init(
    script: String, average: Timespan? = nil, maximum: Timespan? = nil, attempts: Int = 1,
    rerunIfLost: Bool = true, maxOutput: Int64 = Program.defaultMaxOutput
  ) {
    self.script = script
    self.average = average
    self.maximum = maximum
    self.attempts = attempts
    self.rerunIfLost = rerunIfLost
    self.maxOutput = maxOutput
  }

  private enum CodingKeys: String, CodingKey {
    case script, average, maximum, attempts
    case rerunIfLost = "rerun_if_lost"
    case maxOutput = "max_output"
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

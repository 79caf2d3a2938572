import ArgumentParser
import FoundationEssentials
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Make your templates and pipelines what the files say, all or nothing.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "YAML files; - for standard input.")
  var files: [String]

  func run() async throws {
    let definitions = try DefinitionFiles.read(files)
    let changes = try await database.run { session in try People.apply(definitions, session) }
    if database.json {
      try Output.json(changes)
    } else {
      for change in changes { print("\(change.action) \(change.kind) \(Output.safe(change.name))") }
    }
  }
}

struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check files without a database. All errors come at once.")
  @Flag(help: "Print one JSON document.")
  var json = false
  @Argument(help: "YAML files; - for standard input.")
  var files: [String]

  private struct Document: Encodable {
    let templates: [String]
    let pipelines: [String]
  }

  func run() async throws {
    let definitions = try DefinitionFiles.read(files)
    if json {
      try Output.json(
        Document(templates: definitions.templates.map(\.name), pipelines: definitions.pipelines.map(\.name)))
    } else {
      print("Fine: \(definitions.templates.count) templates, \(definitions.pipelines.count) pipelines.")
    }
  }
}

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print your definitions as YAML that 'apply' takes back.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Pipelines, with the templates that they need (default: everything of yours).")
  var pipelines: [String] = []

  func run() async throws {
    let definitions = try await database.run { session in
      try People.export(pipelines.isEmpty ? nil : pipelines, session)
    }
    if database.json {
      try Output.json(definitions)
    } else {
      print(DefinitionWriter.write(definitions), terminator: "")
    }
  }
}

enum DefinitionFiles {
  static func read(_ paths: [String]) throws -> Definitions {
    let files = try paths.map { path in (name: path == "-" ? "standard input" : path, text: try text(path)) }
    do {
      return try DefinitionReader.read(files) { path, file in
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        return try text(path.hasPrefix("/") ? path : "\(folder)/\(path)")
      }
    } catch {
      // Every error in a line of its own; the last one ends the tool.
      for problem in error.errors.dropLast() { printError("zmctl: \(problem)") }
      throw Failure(.usage, error.errors.last.map { "\($0)" } ?? "the definitions cannot be read")
    }
  }

  static func text(_ path: String) throws -> String {
    let data: Data?
    if path == "-" {
      data = StandardInput.read()
    } else {
      data = FileManager.default.contents(atPath: path)
    }
    guard let data else { throw Failure(.usage, "cannot read '\(path)'") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure(.usage, "'\(path)' is not UTF-8")
    }
    return text
  }

  /// Text that PostgreSQL can hold: without NUL.
  static func storableText(_ path: String) throws -> String {
    let text = try text(path)
    guard !text.utf8.contains(0) else { throw Failure(.usage, "'\(path)' has a NUL character") }
    return text
  }
}

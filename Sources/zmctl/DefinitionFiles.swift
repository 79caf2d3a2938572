import FoundationEssentials
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyDefinition
import ZmeyStore

/// Files of definitions, read as one document.
struct DefinitionFiles {
  private let located: LocatedDefinitions

  var definitions: Definitions { located.definitions }

  /// Reads them; everything that is wrong with their text is told at once.
  static func read(_ paths: [String]) throws -> DefinitionFiles {
    do { return try parse(paths) } catch let wrong as DefinitionErrors { throw report(wrong.errors) }
  }

  /// Reads them.
  ///
  /// - Throws: `DefinitionErrors` for their text, `Failure` for a file that cannot be read.
  static func parse(_ paths: [String]) throws -> DefinitionFiles {
    let files = try paths.map { path in (name: path == "-" ? "standard input" : path, text: try text(path)) }
    let located = try DefinitionReader.locate(files) { path, file in
      let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
      return try text(path.hasPrefix("/") ? path : "\(folder)/\(path)")
    }
    return DefinitionFiles(located: located)
  }

  /// Refuses what only the database can know to be wrong, all of it at once and each at its place.
  func check(_ session: borrowing Session) throws {
    let problems = try People.problems(of: definitions, session)
    guard !problems.isEmpty else { return }
    throw Self.report(located.errors(problems).errors)
  }

  /// Prints all but the last in a line of its own; the last one ends the tool.
  private static func report(_ errors: [DefinitionError]) -> Failure {
    for error in errors.dropLast() { printError("zmctl: \(Output.safe("\(error)"))") }
    return Failure(.usage, errors.last.map { "\($0)" } ?? "the definitions cannot be read")
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

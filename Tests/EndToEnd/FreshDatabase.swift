import TestKit
import Testing

/// A database with the schema and nothing else; nobody works there.
struct FreshDatabase: Sendable {
  let conninfo: String

  init() async throws {
    conninfo = try await TestServer.shared.freshDatabase().conninfo()
    try #require(try await zmctl("init").code == 0)
  }

  func zmctl(_ arguments: [String], input: String = "") async throws -> Shell.Outcome {
    try await Shell.run("zmctl", arguments, input: input, variables: ["ZM_DB": conninfo])
  }

  func zmctl(_ arguments: String..., input: String = "") async throws -> Shell.Outcome {
    try await zmctl(arguments, input: input)
  }

  /// What a tool prints that must succeed.
  @discardableResult
  func must(
    _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
  ) async throws -> Shell.Outcome {
    let outcome = try await zmctl(arguments, input: input)
    try #require(
      outcome.code == 0, "zmctl \(arguments.joined(separator: " ")): \(outcome.error)",
      sourceLocation: location)
    return outcome
  }

  /// Runs a tool that must end with that code and one line that has those words.
  func refuses(
    _ code: Int32, _ words: String, _ arguments: String..., input: String = "",
    at location: SourceLocation = #_sourceLocation
  ) async throws {
    let outcome = try await zmctl(arguments, input: input)
    #expect(outcome.code == code, "\(outcome.error)", sourceLocation: location)
    #expect(outcome.output == "", sourceLocation: location)
    let lines = outcome.error.split(separator: "\n")
    #expect(lines.count == 1 && outcome.error.contains(words), "\(outcome.error)", sourceLocation: location)
  }

  /// How many rows a query has.
  func count(_ query: String) async throws -> Int64 { try await SQL.count(query, in: conninfo) }
}

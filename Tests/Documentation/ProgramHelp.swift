import FoundationEssentials
import Processes
import Testing

/// What a built program says of its own flags and verbs.
struct ProgramHelp: Decodable {
  struct Command: Decodable {
    let commandName: String
    let arguments: [Argument]?
    let subcommands: [Command]?

    var flags: Set<String> { Set((arguments ?? []).flatMap { $0.names ?? [] }.map(\.spelling)) }

    /// The verbs below this one that have none below them, by their whole name. `help` is the parser's own.
    var verbs: [String: Command] {
      var found: [String: Command] = [:]
      for command in subcommands ?? [] where command.commandName != "help" {
        let deeper = command.verbs
        if deeper.isEmpty { found[command.commandName] = command }
        for (name, verb) in deeper { found["\(command.commandName) \(name)"] = verb }
      }
      return found
    }
  }

  struct Argument: Decodable {
    let names: [Name]?
    let defaultValue: String?
  }

  struct Name: Decodable {
    let kind: String
    let name: String

    var spelling: String { kind == "long" ? "--\(name)" : "-\(name)" }
  }

  let command: Command

  /// Asks the program of that name, built beside this test.
  static func of(_ name: String) throws -> Command {
    let test = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = test[..<(try #require(test.lastIndex(of: "/")))]
    let run = try runToEnd(
      Program(path: "\(folder)/\(name)", arguments: [name, "--experimental-dump-help"], environment: [:]))
    try #require(run.status == .exited(0), "\(name) does not tell its flags")
    return try JSONDecoder().decode(ProgramHelp.self, from: Data(run.standardOutput)).command
  }
}

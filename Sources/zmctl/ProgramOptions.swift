import ArgumentParser
import ZmeyCommand
import ZmeyCore

/// The facts of a program, as flags. What fits no line is for a YAML file.
struct ProgramOptions: ParsableArguments {
  @Option(help: "How long it usually takes, such as 90s or 1h30m.")
  var average: Timespan?
  @Option(help: "How long it may take.")
  var maximum: Timespan?
  @Option(help: "How long it has from TERM to KILL when it is stopped, at most 1h.")
  var grace: Timespan?
  @Option(help: "How often it is tried at most.")
  var attempts = 1
  @Option(help: "How long it waits before it is tried again.")
  var retryDelay: Timespan?
  @Option(name: .customLong("env"), help: "A variable for its environment: NAME=VALUE.")
  var environment: [String] = []
  @Option(
    name: .customLong("secret"),
    help:
      "A secret of yours for a variable of its environment, or for a descriptor from 3 to 9: VARIABLE=SECRET."
  )
  var secretPlaces: [String] = []
  @Option(parsing: .unconditional, help: "Its niceness, -20 to 19.")
  var nice: Int?
  @Option(help: "The account of the operating system that it runs as.")
  var user: String?

  func validate() throws {
    guard Program.attemptsRange.contains(attempts) else {
      throw ValidationError("--attempts takes 1 to 100")
    }
    if let grace, !Program.graceRange.contains(grace) {
      throw ValidationError("--grace takes 0s to 1h")
    }
    if let problem = retry?.problem(attempts: attempts) {
      throw ValidationError("--retry-delay: \(problem)")
    }
    if let nice, !Program.niceRange.contains(nice) {
      throw ValidationError("--nice takes -20 to 19")
    }
    if let user, !Account.isName(user) { throw ValidationError("--user takes an account: \(Account.rule)") }
    if maximum?.milliseconds == 0 { throw ValidationError("--maximum is more than 0") }
    for text in environment {
      guard let variable = Self.variable(text) else {
        throw ValidationError("--env takes NAME=VALUE, not '\(text)'")
      }
      if let problem = Variable.problem(variable.name) {
        throw ValidationError("--env \(variable.name): \(problem)")
      }
    }
    if let problem = Variable.problem(variables) { throw ValidationError("--env: \(problem)") }
    for text in secretPlaces {
      guard let secret = Self.variable(text) else {
        throw ValidationError("--secret takes VARIABLE=SECRET, not '\(text)'")
      }
      if let problem = SecretPlace.problem(secret.name) ?? Name.problem(secret.value) {
        throw ValidationError("--secret \(secret.name): \(problem)")
      }
    }
    if let problem = SecretPlace.problem(secrets, beside: variables) {
      throw ValidationError("--secret: \(problem)")
    }
  }

  /// That script with these facts.
  func program(script: String) -> Program {
    Program(
      script: script, average: average, maximum: maximum, grace: grace, attempts: attempts, retry: retry,
      environment: variables, secrets: secrets, nice: nice, user: user)
  }

  private var retry: RetryPolicy? { retryDelay.map { RetryPolicy(delay: $0) } }

  /// A name that comes twice has the value given last.
  private var variables: [String: String] {
    Dictionary(environment.compactMap(Self.variable)) { _, last in last }
  }

  private var secrets: [String: String] {
    Dictionary(secretPlaces.compactMap(Self.variable)) { _, last in last }
  }

  private static func variable(_ text: String) -> (name: String, value: String)? {
    // By bytes: with a combining mark behind it, an equals sign is no Character of its own.
    text.utf8.firstIndex(of: UInt8(ascii: "=")).map { equals in
      (String(text[..<equals]), String(text[text.utf8.index(after: equals)...]))
    }
  }
}

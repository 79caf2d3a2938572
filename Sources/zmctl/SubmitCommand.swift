import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct SubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Start many task runs of a template at once; prints the run that holds them.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The template.")
  var template: String
  @Option(help: "How many, without arguments.")
  var count: Int?
  @Option(help: "A file (- for standard input): one task run for each line, arguments parted by tabs.")
  var argsFrom: String?
  @Option(help: "A name for the submission: sent again under it, nothing is started twice.")
  var key: String?
  @Option(
    parsing: .unconditional, help: "-1000 to 1000: of what you have queued, the highest is started first.")
  var priority: Int32?
  @Flag(help: "Wait for the end of all; exit with 1 if one did not succeed.")
  var wait = false

  func validate() throws {
    if count != nil, argsFrom != nil { throw ValidationError("--count and --args-from exclude each other") }
    guard (1...1_000_000).contains(count ?? 1) else { throw ValidationError("--count takes 1 to 1000000") }
    guard (-1000...1000).contains(priority ?? 0) else {
      throw ValidationError("--priority takes -1000 to 1000")
    }
  }

  func run() async throws {
    guard let argsFrom else {
      let count = count ?? 1
      if isPlain, count <= Submission.lineLimit {
        return try await startAtOnce { try People.submit(template: template, count: Int32(count), $0) }
      }
      return try await send(CountedChunks(count))
    }
    var lines = try LineChunks(argsFrom)
    guard let first = try lines.next() else { throw Failure(.usage, "'\(argsFrom)' has no line") }
    if isPlain, lines.isExhausted, case .lines(let content) = first.content {
      let arguments = Self.arguments(content)
      return try await startAtOnce { try People.submit(template: template, arguments: arguments, $0) }
    }
    try await send(lines, after: first)
  }

  /// Whether nothing is asked for that needs a submission.
  private var isPlain: Bool { key == nil && priority == nil }

  /// Few task runs, in one round trip.
  private func startAtOnce(_ start: @Sendable (borrowing Session) throws -> RunID) async throws {
    let connection = try await database.open()
    try await Waiting.report(try await connection.run(start), wait: wait, database, connection)
  }

  private func send(_ source: some ChunkSource, after first: Submission.Chunk? = nil) async throws {
    var source = source
    var sending = BulkSubmission(
      template: template, key: key ?? Self.randomKey(), priority: priority ?? 0, total: source.total,
      try await database.open(), open: database.open)
    let run = try await sending.submit(first, &source)
    try await Waiting.report(run, wait: wait, database, sending.connection)
  }

  private static func randomKey() -> String {
    "zmctl-" + String(UInt64.random(in: .min ... .max), radix: 16)
  }

  private static func arguments(_ lines: [UInt8]) -> [[String]] {
    lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.isEmpty
        ? []
        : line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
          String(decoding: $0, as: UTF8.self)
        }
    }
  }
}

public import Postgres
public import ZmeyCore

/// Very many task runs of a template as one run: they come in chunks, under a key of the caller's, and every step may be
/// repeated when it is unknown whether it took place. Every function throws `DatabaseError`.
public struct Submission: Hashable, Sendable {
  /// The run that holds them.
  public let run: RunID
  /// Whether all chunks have come.
  public let isClosed: Bool
  /// How many have come.
  public let chunks: Int32

  /// What a chunk holds: 1 to `lineLimit` task runs.
  public enum Content: Hashable, Sendable {
    /// One for each line, in UTF-8: newlines part them, tabs part the arguments of each.
    case lines([UInt8])
    /// That many without arguments.
    case count(Int32)
  }

  /// How many lines a chunk has at most.
  public static let lineLimit = 1000

  /// A piece of a submission. Equal input must make equal chunks: sent again, they are compared.
  public struct Chunk: Hashable, Sendable {
    /// Counts from 1 without gaps.
    public let number: Int32
    /// Its task runs.
    public let content: Content

    /// A chunk of that number.
    public init(number: Int32, content: Content) {
      self.number = number
      self.content = content
    }
  }

  /// Begins a submission, or finds the one of that key.
  public static func open(
    template: String, key: String, priority: Int32 = 0, _ session: borrowing Session
  ) throws -> Submission {
    let found = try session.query(
      Statement("submit_open", "select run_id, is_closed, chunks from zm_api.submit_open($1, $2, $3)"),
      [.text(template), .text(key), .int4(priority)]
    ).first { row throws(DatabaseError) in
      Submission(run: RunID(try row.int64(0)), isClosed: try row.bool(1), chunks: try row.int32(2))
    }
    guard let found else {
      throw DatabaseError(kind: .decoding, message: "no submission came back", statement: "submit_open")
    }
    return found
  }

  /// Brings chunks, within a transaction: its commit queues their task runs. Those that came before are compared.
  public static func send(_ chunks: [Chunk], key: String, _ session: borrowing Session) throws {
    var rows = chunks.makeIterator()
    var (isBegun, isOver) = (false, false)
    try session.copyIn("copy zm.intake (key, number, lines, count) from stdin (format binary)") {
      if !isBegun {
        isBegun = true
        return BinaryRow.header
      }
      if let chunk = rows.next() { return row(chunk, key: key) }
      if isOver { return nil }
      isOver = true
      return BinaryRow.trailer
    }
    try session.execute(Statement("take_in", "select zm_api.take_in($1)"), [.text(key)])
  }

  /// Says that there are no more than so many chunks: from now on the run ends with its last task run.
  public static func close(key: String, chunks: Int32, _ session: borrowing Session) throws {
    try session.execute(
      Statement("submit_close", "select zm_api.submit_close($1, $2)"), [.text(key), .int4(chunks)])
  }

  /// The key under which a run was submitted, if it was and the caller may see it.
  public static func key(of run: RunID, _ session: borrowing Session) throws -> String? {
    try session.query(
      Statement("submission_key", "select key from zm_api.submission where run_id = $1"),
      [.int8(run.rawValue)]
    ).first { row throws(DatabaseError) in try row.text(0) }
  }

  private static func row(_ chunk: Chunk, key: String) -> [UInt8] {
    var row = BinaryRow(fields: 4)
    row.append(Array(key.utf8))
    row.append(chunk.number)
    switch chunk.content {
    case .lines(let lines):
      row.append(lines)
      row.appendNull()
    case .count(let count):
      row.appendNull()
      row.append(count)
    }
    return row.bytes
  }
}

/// A row in the binary format of COPY: the number of fields, then each with its length before it. Nothing is escaped, so
/// a chunk travels as it was read.
private struct BinaryRow {
  private(set) var bytes: [UInt8] = []

  static let header = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00] + Array(repeating: 0, count: 8)
  static let trailer: [UInt8] = [0xff, 0xff]

  init(fields: Int16) {
    append(bytesOf: fields)
  }

  mutating func append(_ field: [UInt8]) {
    append(bytesOf: Int32(field.count))
    bytes += field
  }

  mutating func append(_ field: Int32) {
    append(bytesOf: Int32(4))
    append(bytesOf: field)
  }

  mutating func appendNull() {
    append(bytesOf: Int32(-1))
  }

  private mutating func append(bytesOf number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
  }
}

import FoundationEssentials
import Glibc
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Prints what a task run wrote, every chunk once and in order, piece by piece: however long it is, little of it is in
/// memory, and what was read when the connection was lost is read again, not printed again.
struct LogReader: Sendable {
  let taskRun: TaskRunID
  /// The attempt that was asked for; nil for the last one and, while following, those that come after it.
  let attempt: Int32?
  /// Whether it is waited for what comes.
  let isFollowing: Bool
  let json: Bool
  /// Which attempt is printed.
  private var shown: Int32?
  /// The chunk of it that comes next.
  private var next: Int32 = 0

  init(taskRun: TaskRunID, attempt: Int32?, isFollowing: Bool, json: Bool) {
    (self.taskRun, self.attempt, self.isFollowing, self.json) = (taskRun, attempt, isFollowing, json)
  }

  /// Where the task run stood, and the output that came next then.
  struct Piece: Sendable {
    fileprivate let record: TaskRunRecord
    fileprivate let attempt: Int32
    fileprivate let chunks: [LogChunk]
  }

  enum Progress {
    /// There may be more by now.
    case printed
    /// More comes with the next change.
    case isUpToDate
    /// There is no more.
    case ended
  }

  /// Prints until the task run has ended.
  mutating func printAll(_ changes: inout Changes) async throws {
    while true {
      let piece = try await changes.read { [self] session in try read(session) }
      switch try print(piece) {
      case .printed: break
      case .isUpToDate:
        // Nobody who reads it any more would be noticed only with the next line.
        if Output.isAbandoned { return }
        try await changes.next()
      case .ended: return
      }
    }
  }

  /// What comes next.
  func read(_ session: borrowing Session) throws -> Piece {
    // The state before the chunks: what an end brings is then among them.
    let record = try People.taskRuns(TaskRunFilter(ids: [taskRun], resultLimit: 0), session).first
    guard let record else { throw Failure(.refused, "no task run \(taskRun)") }
    let number = attempt ?? shown ?? max(1, record.attempt)
    let chunks = try People.log(taskRun, attempt: number, from: next, session)
    return Piece(record: record, attempt: number, chunks: chunks)
  }

  mutating func print(_ piece: Piece) throws -> Progress {
    for chunk in piece.chunks { try print(chunk, of: piece.attempt) }
    shown = piece.attempt
    if let last = piece.chunks.last {
      next = last.number + 1
      return .printed
    }
    let record = piece.record
    if isFollowing, attempt == nil, piece.attempt < record.attempt {
      // Each attempt counts its chunks from 0.
      (shown, next) = (piece.attempt + 1, 0)
      if !json { printError("-- attempt \(piece.attempt + 1) --") }
      return .printed
    }
    let isOver = !isFollowing || record.state.isEnd || piece.attempt < record.attempt
    if isOver, let attempt, attempt > record.attempt {
      throw Failure(.refused, "task run \(taskRun) has no attempt \(attempt): it has had \(record.attempt)")
    }
    return isOver ? .ended : .isUpToDate
  }

  private struct ChunkDocument: Encodable {
    let attempt: Int32
    let chunk: Int32
    let stream: String
    let at: String
    let text: String
    let base64: String?
  }

  private func print(_ chunk: LogChunk, of attempt: Int32) throws {
    let isOutput = chunk.stream == .standardOutput
    guard json else {
      return Output.bytes(chunk.bytes, to: isOutput ? STDOUT_FILENO : STDERR_FILENO)
    }
    let isText = String(validating: chunk.bytes, as: UTF8.self) != nil
    try Output.jsonLine(
      ChunkDocument(
        attempt: attempt, chunk: chunk.number, stream: isOutput ? "stdout" : "stderr", at: chunk.at,
        text: String(decoding: chunk.bytes, as: UTF8.self),
        base64: isText ? nil : Data(chunk.bytes).base64EncodedString()))
  }
}

import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Sends a submission, some chunks a transaction, so that work begins with the first ones. Over a lost connection it
/// goes on as soon as the database is back: what is in doubt is sent again, and the database drops what it has.
struct BulkSubmission {
  private(set) var connection: Connection
  private let template: String
  private let key: String
  private let priority: Int32
  private let total: Int?
  private let open: () async throws -> Connection
  private var run: RunID?
  /// Why there will be no further chunks; those before are sent first.
  private var failure: Failure?
  /// How many task runs and chunks are committed.
  private var (sent, chunks): (Int, Int32) = (0, 0)
  private let start = ContinuousClock.now
  private var shown: ContinuousClock.Instant?

  /// At most so many chunks, and about so many bytes, are held and are one transaction: a commit for 20,000 task runs
  /// is not felt, and the queue gets them some times a second.
  private static let chunkLimit = 20
  private static let byteLimit = 4 << 20
  /// How long a database is waited for that went away.
  private static let patience = Duration.seconds(20)

  /// - Parameters:
  ///   - total: how many task runs it will be, if that is known.
  ///   - open: connects again once `connection` is lost.
  init(
    template: String, key: String, priority: Int32, total: Int?, _ connection: Connection,
    open: @escaping () async throws -> Connection
  ) {
    self.template = template
    self.key = key
    self.priority = priority
    self.total = total
    self.connection = connection
    self.open = open
  }

  /// Sends `first` and all that `source` has, and returns the run.
  mutating func submit(_ first: Submission.Chunk?, _ source: inout some ChunkSource) async throws -> RunID {
    defer { Output.progress("") }
    let (template, key, priority) = (template, key, priority)
    let run = try await settle {
      try Submission.open(template: template, key: key, priority: priority, $0).run
    }
    self.run = run
    var batch = try next(&source, after: first.map { [$0] } ?? [])
    while !batch.isEmpty {
      let whole = batch
      try await settle { try Submission.send(whole, key: key, $0) }
      sent += batch.reduce(0) { $0 + $1.count }
      chunks += Int32(batch.count)
      showProgress(run)
      batch = failure == nil ? try next(&source) : []
    }
    if let failure {
      throw Failure(failure.exitStatus, "\(failure.report); \(standing): mend it and \(advice)")
    }
    let count = chunks
    try await settle { try Submission.close(key: key, chunks: count, $0) }
    return run
  }

  /// The chunks of the next transaction: fewer if more would have to be waited for.
  private mutating func next(
    _ source: inout some ChunkSource, after begun: [Submission.Chunk] = []
  ) throws -> [Submission.Chunk] {
    var batch = begun
    var bytes = 0
    do {
      while batch.count < Self.chunkLimit, bytes < Self.byteLimit, let chunk = try source.next() {
        batch.append(chunk)
        if case .lines(let lines) = chunk.content { bytes += lines.count }
        if source.isSlow { break }
      }
    } catch let error as Failure {
      failure = error
    }
    return batch
  }

  /// Runs a transaction until it is known to have taken place.
  private mutating func settle<T: Sendable>(
    _ body: @Sendable (borrowing Session) throws -> T
  ) async throws -> T {
    var (isLost, end): (Bool, ContinuousClock.Instant?) = (false, nil)
    while true {
      do {
        if isLost { connection = try await open() }
        isLost = false
        return try await connection.transaction(body)
      } catch let error as DatabaseError where error.isConnectionLost || error.isPassing {
        isLost = error.isConnectionLost
        end = end ?? ContinuousClock.now + Self.patience
        guard let end, ContinuousClock.now < end else {
          throw Failure(.unreachable, "\(error.report); \(standing): \(advice)")
        }
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  /// What is surely submitted.
  private var standing: String {
    run.map { "\(sent) task runs are submitted as run \($0)" } ?? "nothing is submitted"
  }

  private var advice: String {
    let stop = run.map { ", or end it with 'zmctl stop \($0)'" } ?? ""
    return "go on by the same command with --key '\(Output.safe(key))'\(stop)"
  }

  /// Ten times a second at most.
  private mutating func showProgress(_ run: RunID) {
    let now = ContinuousClock.now
    guard Output.isInteractive, shown.map({ now - $0 >= .milliseconds(100) }) ?? true else { return }
    shown = now
    let rate = Int(Double(sent) / max((now - start) / .seconds(1), 0.001))
    let bar = total.map { Self.bar(sent, of: $0) } ?? ""
    Output.progress("run \(run): \(bar)\(sent)\(total.map { " of \($0)" } ?? "") submitted, \(rate)/s")
  }

  /// `[=====>     ] 52% `
  static func bar(_ done: Int, of total: Int) -> String {
    let (width, share) = (30, min(1, Double(done) / Double(max(total, 1))))
    let filled = Int(share * Double(width))
    let head = filled < width ? ">" : ""
    let rest = String(repeating: " ", count: width - filled - head.count)
    return "[\(String(repeating: "=", count: filled))\(head)\(rest)] \(Int(share * 100))% "
  }
}

extension Submission.Chunk {
  /// How many task runs it has.
  fileprivate var count: Int {
    switch content {
    case .lines(let lines): lines.count { $0 == UInt8(ascii: "\n") } + 1
    case .count(let count): Int(count)
    }
  }
}

extension DatabaseError {
  /// Whether the same may go through in a moment: a conflict, a lock, a lack of resources (classes 40, 53 and 55).
  fileprivate var isPassing: Bool {
    sqlState.map { ["40", "53", "55"].contains($0.prefix(2)) } ?? false
  }
}

import Postgres
import ZmeyConsole
import ZmeyCore

/// Output of an attempt: at first from about so many bytes before its end on, then what is new, each time up to a piece.
struct OutputLook: Look {
  let query: Query
  let id: TaskRunID
  let attempt: Int?
  let tail: Int
  private var piece: OutputPiece?
  private var next: Cursor?

  /// The most bytes of one piece, but for its last chunk.
  static let pieceBytes: Int64 = 1 << 20

  /// How far output was read.
  struct Cursor: Sendable {
    /// The attempt that is read.
    var attempt: Int
    /// The chunk that comes next.
    var chunk: Int32
    /// Whether there is more by now.
    var hasMore: Bool
    /// Whether the attempt was told to be complete.
    var isComplete: Bool
    /// Whether no other attempt will follow.
    var isOver: Bool
  }

  init(query: Query, id: TaskRunID, attempt: Int?, tail: Int) {
    (self.query, self.id, self.attempt, self.tail) = (query, id, attempt, tail)
  }

  func calls(_ memory: Memory) -> [Call] {
    let cursor = memory.outputs[query]
    if let cursor, cursor.isOver { return [] }
    return [
      (
        Self.statement,
        [
          .int8(id.rawValue), .int4(attempt.map { Int32(clamping: $0) }),
          .int4(cursor.map { Int32(clamping: $0.attempt) }), .int4(cursor?.chunk), .int8(Int64(tail)),
          .int8(Self.pieceBytes),
        ]
      )
    ]
  }

  /// A row for each chunk, one with NULLs if there is none, none without such a task run. `first` is where to begin, `last`
  /// the last chunk there is. A result that came in one piece is its attempt's only chunk.
  private static let statement = Statement(
    "feed_output",
    """
    with t as materialized (
      select id, state, attempt as newest, coalesce($2, attempt) as attempt from zm.task_run where id = $1
    ), r as materialized (
      select finished_at, result from zm.task_result o, t where o.task_run_id = t.id and o.attempt = t.attempt
    ), f as materialized (
      select t.*, t.state >= 10 or t.attempt < t.newest or exists (select from r) as has_ended,
        case when t.attempt = $3 then $4 else coalesce((
          select min(chunk) from (
            select chunk, sum(bytes) over (order by chunk desc) - bytes as behind from (
              select l.chunk, octet_length(l.data) as bytes from zm.task_log l
              where l.task_run_id = t.id and l.attempt = t.attempt order by l.chunk desc limit 10000) l) l
          where behind < $5), 0) end as first,
        (select max(l.chunk) from zm.task_log l where l.task_run_id = t.id and l.attempt = t.attempt) as last
      from t)
    select f.attempt, f.first, f.last, f.has_ended, f.state >= 10, c.chunk, c.stream, c.at, c.data
    from f left join lateral (
      select chunk, stream, at, data from (
        select chunk, stream, at, data, sum(octet_length(data)) over (order by chunk) - octet_length(data) as before
        from (
          select l.chunk, l.stream, l.at, l.data from zm.task_log l
          where l.task_run_id = f.id and l.attempt = f.attempt and l.chunk >= f.first order by l.chunk limit 1000) l) l
      where before < $6
      union all
      select 0, 1::smallint, r.finished_at, r.result from r where r.result <> '' and f.first = 0) c on true
    order by c.chunk
    """)

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    guard let head = try rows.first({ row throws in try Head(row) }) else {
      // It is not there: an empty attempt that is over, told once.
      piece = OutputPiece(attempt: 0, isFirst: true, chunks: [], isComplete: true)
      return next = Cursor(attempt: 0, chunk: 0, hasMore: false, isComplete: true, isOver: true)
    }
    var chunks: [OutputChunk] = []
    try rows.forEach { row throws(DatabaseError) in
      guard let number = try row.int32OrNil(5) else { return }
      chunks.append(
        OutputChunk(
          number: number, isError: try row.int16(6) == 2, at: try row.moment(7), bytes: try row.bytes(8)))
    }
    let before = memory.outputs[query].flatMap { $0.attempt == head.attempt ? $0 : nil }
    let chunk = chunks.last.map { $0.number + 1 } ?? head.first
    let hasMore = head.last.map { $0 >= chunk } ?? false
    let isComplete = head.hasEnded && !hasMore
    next = Cursor(
      attempt: head.attempt, chunk: chunk, hasMore: hasMore, isComplete: isComplete,
      isOver: isComplete && (head.isOver || attempt != nil))
    if before == nil || !chunks.isEmpty || isComplete != before?.isComplete {
      piece = OutputPiece(
        attempt: head.attempt, isFirst: before == nil, hasEarlier: before == nil && head.first > 0,
        chunks: chunks, isComplete: isComplete)
    }
  }

  func answer(_ memory: inout Memory) -> Answer? {
    if let next { memory.outputs[query] = next }
    return piece.map { .output($0) }
  }

  private struct Head {
    let attempt: Int
    let first: Int32
    let last: Int32?
    let hasEnded: Bool
    let isOver: Bool

    init(_ row: borrowing Row) throws(DatabaseError) {
      attempt = try row.int(0)
      first = try row.int32(1)
      last = try row.int32OrNil(2)
      hasEnded = try row.bool(3)
      isOver = try row.bool(4)
    }
  }
}

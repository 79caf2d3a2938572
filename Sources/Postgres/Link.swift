import CLibPQ
import Glibc

/// One libpq connection, confined to the thread that made it, and what is known of the server behind it.
final class Link {
  let handle: OpaquePointer
  private let wakeUp: WakeUp
  var prepared = PreparedStatements()

  /// Connects, blocking. `wakeUp`, raised, cancels the statement under way.
  ///
  /// Throws `.connection` if no server answers, or none that accepts writes.
  init(_ conninfo: String, applicationName: String, wakeUp: WakeUp) throws(DatabaseError) {
    guard let handle = connect(conninfo, applicationName: applicationName) else {
      throw DatabaseError(kind: .resources, message: "no memory for a connection")
    }
    self.handle = handle
    self.wakeUp = wakeUp
    guard PQstatus(handle) == CONNECTION_OK else { throw DatabaseError(connection: handle) }
    // libpq would print notices on standard error.
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
  }

  deinit {
    PQfinish(handle)
  }

  /// Waits for the next result of what was sent; `nil` after the last.
  ///
  /// Sends what is still unsent meanwhile: in non-blocking mode the server may refuse to read more until we read.
  func nextResult(isInterruptible: Bool = true) -> OpaquePointer? {
    var isCancelling = false
    while true {
      let isUnsent = PQflush(handle) == 1
      let socket = PQsocket(handle)
      guard PQisBusy(handle) == 1, socket >= 0 else { break }
      let event = wakeUp.wait(
        socket: socket, for: isUnsent ? POLLIN | POLLOUT : POLLIN, timeout: isCancelling ? 100 : -1)
      if event.raised, isInterruptible { isCancelling = true }
      // The server drops a cancel that overtakes its statement, so it is repeated until the answer is here.
      if isCancelling, !event.ready { requestCancel() }
      if event.ready, PQconsumeInput(handle) == 0 { break }
    }
    return PQgetResult(handle)
  }

  private func requestCancel() {
    guard let cancel = PQgetCancel(handle) else { return }
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
      // A failure leaves the statement running; the next repetition tries again.
      _ = PQcancel(cancel, message.baseAddress, Int32(message.count))
    }
    PQfreeCancel(cancel)
  }

  /// Reads all the results of one command sent, and returns the last one or throws the first error.
  ///
  /// - Parameter feed: called when the server wants COPY data; ends the COPY, and returns the error to
  ///   throw instead of the server's.
  func answer(
    _ statement: String?, isInterruptible: Bool = true, feed: (Link) -> DatabaseError? = refuseCopy
  ) throws(DatabaseError) -> Rows {
    var failure: DatabaseError?
    var last: Rows?
    while let result = nextResult(isInterruptible: isInterruptible) {
      let rows = Rows(result, statement: statement)
      switch PQresultStatus(result) {
      case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
        last = consume rows
      case PGRES_COPY_IN:
        let reason = feed(self)
        failure = failure ?? reason
      case PGRES_COPY_OUT:
        failure = failure ?? DatabaseError(kind: .invalidInput, message: "COPY TO STDOUT is not supported")
        discardCopy()
      default:
        failure = failure ?? DatabaseError(result: result, statement: statement)
      }
    }
    if let failure { throw failure }
    guard let last else { throw DatabaseError(connection: handle, statement: statement) }
    return last
  }

  static func refuseCopy(_ link: Link) -> DatabaseError? {
    PQputCopyEnd(link.handle, "no data at hand")
    return DatabaseError(kind: .invalidInput, message: "COPY FROM STDIN needs copyIn")
  }

  private func discardCopy() {
    var row: UnsafeMutablePointer<CChar>?
    while PQgetCopyData(handle, &row, 0) > 0 { PQfreemem(row) }
  }

  /// Throws if libpq refused to send: `code` is what its `PQsend…` returned.
  func check(_ code: Int32, _ statement: String?) throws(DatabaseError) {
    guard code == 1 else { throw DatabaseError(connection: handle, statement: statement) }
  }

  /// Ends a transaction that was left open; a broken connection has none.
  func rollBackIfOpen() {
    switch PQtransactionStatus(handle) {
    case PQTRANS_INTRANS, PQTRANS_INERROR:
      guard PQsendQuery(handle, "ROLLBACK") == 1 else { return }
      // If this fails the connection broke, and its next use says so.
      _ = try? answer(nil, isInterruptible: false)
    default: break
    }
  }
}

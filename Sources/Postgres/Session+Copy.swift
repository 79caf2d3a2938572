import CLibPQ

extension Session {
  /// Runs `COPY … FROM STDIN` with the chunks that `next` returns until `nil`, and returns the count of rows.
  ///
  /// Chunks need not end where rows end. If `next` throws, nothing is copied and its error is thrown.
  @discardableResult
  public borrowing func copyIn(
    _ sql: String, _ next: () throws -> [UInt8]?
  ) throws -> Int {
    try checkCancellation(nil)
    try link.check(PQsendQuery(link.handle, sql), nil)
    var failure: (any Error)?
    do {
      return try link.answer(nil) { link in
        do {
          while let chunk = try next() { try Session(link).put(chunk) }
          PQputCopyEnd(link.handle, nil)
        } catch {
          failure = error
          PQputCopyEnd(link.handle, "the source of the rows failed")
        }
        return nil
      }.affected
    } catch {
      throw failure ?? error
    }
  }

  private borrowing func put(_ chunk: [UInt8]) throws(DatabaseError) {
    try checkCancellation(nil)
    guard let count = Int32(exactly: chunk.count) else {
      throw DatabaseError(kind: .invalidInput, message: "a chunk of 2 GiB or more")
    }
    let handle = link.handle
    let code = chunk.withUnsafeBytes { bytes in
      PQputCopyData(handle, bytes.assumingMemoryBound(to: CChar.self).baseAddress, count)
    }
    try link.check(code, nil)
  }
}

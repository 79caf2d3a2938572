import CLibPQ

extension Session {
  /// Runs statements one after the other in one round trip.
  ///
  /// Outside a transaction they make up one. The first that fails keeps the later ones from running and is thrown
  /// once the server has answered; results from before it have reached `receive` already.
  ///
  /// - Parameters:
  ///   - calls: Any number; they are encoded as a whole before any is sent.
  ///   - receive: Called for each result, in order, with the index of its call. If it throws, the statements run
  ///     to their end all the same, and its error is thrown.
  public borrowing func pipeline(
    _ calls: [(Statement, [Parameter])],
    _ receive: (Int, borrowing Rows) throws -> Void = { _, _ in }
  ) throws {
    try checkCancellation(nil)
    let steps = try plan(calls)
    let handle = link.handle
    // A blocking write would wait for a server that itself waits for us to read its answers.
    PQsetnonblocking(handle, 1)
    PQenterPipelineMode(handle)
    defer {
      PQexitPipelineMode(handle)
      PQsetnonblocking(handle, 0)
    }
    var failure: (any Error)?
    let sent = send(steps, &failure)
    try link.check(PQpipelineSync(handle), nil)
    for step in steps.prefix(sent) {
      try receiveResult(of: step, receive, &failure)
    }
    PQclear(link.nextResult())  // of the sync
    if let failure { throw failure }
  }

  /// One message to the server and its answer.
  private struct Step {
    let statement: Statement
    let parameters: EncodedParameters
    /// The call to execute; `nil` to prepare the statement.
    let call: Int?
  }

  private borrowing func plan(_ calls: [(Statement, [Parameter])]) throws(DatabaseError) -> [Step] {
    var planned = link.prepared
    var steps: [Step] = []
    for (index, (statement, parameters)) in calls.enumerated() {
      let encoded = try EncodedParameters(parameters)
      if try !planned.contains(statement, encoded.types) {
        planned.insert(statement, encoded.types)
        steps.append(Step(statement: statement, parameters: encoded, call: nil))
      }
      steps.append(Step(statement: statement, parameters: encoded, call: index))
    }
    return steps
  }

  /// Hands the steps to libpq, and returns how many of them it took.
  private borrowing func send(_ steps: [Step], _ failure: inout (any Error)?) -> Int {
    for (index, step) in steps.enumerated() {
      do {
        if step.call == nil {
          try send(preparing: step.statement, step.parameters)
        } else {
          try send(executing: step.statement, step.parameters)
        }
      } catch {
        failure = error
        return index
      }
    }
    return steps.count
  }

  /// Throws only if the connection broke, when there is nothing more to read.
  private borrowing func receiveResult(
    of step: Step, _ receive: (Int, borrowing Rows) throws -> Void,
    _ failure: inout (any Error)?
  ) throws {
    guard let result = link.nextResult() else {
      throw failure ?? DatabaseError(connection: link.handle, statement: step.statement.name)
    }
    let rows = Rows(result, statement: step.statement.name)
    switch PQresultStatus(result) {
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      if let call = step.call, failure == nil {
        do { try receive(call, rows) } catch { failure = error }
      } else if step.call == nil {
        link.prepared.insert(step.statement, step.parameters.types)
      }
    case PGRES_PIPELINE_ABORTED:
      break
    default:
      failure = failure ?? DatabaseError(result: result, statement: step.statement.name)
    }
    // The results of each step end with a null.
    while let more = link.nextResult() { PQclear(more) }
    if let failure, PQstatus(link.handle) == CONNECTION_BAD { throw failure }
  }
}

import Postgres
import Testing
import ZmeyCore
import ZmeyStore

/// The SQLSTATE of what `body` throws; `nil` if it throws nothing, or nothing of the server's.
func sqlState(_ body: () async throws -> Void) async -> String? {
  await databaseError(body)?.sqlState
}

/// The error of `body`; `nil` if it threw none, or another type.
func databaseError(_ body: () async throws -> Void) async -> DatabaseError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? DatabaseError
  }
}

extension Connection {
  /// Runs a script, in a closure of its own.
  func script(_ sql: String) async throws {
    try await run { session in try session.script(sql) }
  }

  /// The first column of the first row, a `bigint`.
  func int(_ sql: String, _ parameters: [Parameter] = []) async throws -> Int64 {
    let value = try await run { session in
      try session.query(Statement("int_\(sql.hashValue)", sql), parameters).first { row in try row.int64(0) }
    }
    return try #require(value)
  }

  /// The first column of all rows, a `text`.
  func texts(_ sql: String, _ parameters: [Parameter] = []) async throws -> [String] {
    try await run { session in
      try session.query(Statement("texts_\(sql.hashValue)", sql), parameters).map { row in try row.text(0) }
    }
  }
}

/// A task with a program of its own.
func task(
  _ name: String, _ after: LinkDefinition..., args: [String] = [], attempts: Int = 1,
  rerunIfLost: Bool = true
) -> TaskDefinition {
  let program = Program(script: "#!/bin/sh\n", attempts: attempts, rerunIfLost: rerunIfLost)
  return TaskDefinition(name: name, work: .inline(program), arguments: args, after: after)
}

/// A link from that task.
func after(
  _ task: String, _ when: Condition = .success, pass: LinkDefinition.Pass = .none
) -> LinkDefinition {
  LinkDefinition(task: task, when: when, pass: pass)
}

/// Definitions of one pipeline, called `p`.
func pipeline(_ tasks: TaskDefinition...) -> Definitions {
  Definitions(pipelines: [PipelineDefinition(name: "p", tasks: tasks)])
}

/// Definitions of one template, called `t`.
func template(attempts: Int = 1, rerunIfLost: Bool = true) -> Definitions {
  let program = Program(script: "#!/bin/sh\n", attempts: attempts, rerunIfLost: rerunIfLost)
  return Definitions(templates: [TemplateDefinition(name: "t", program: program)])
}

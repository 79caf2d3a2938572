internal import FoundationEssentials
import Postgres
import ZmeyConsole
import ZmeyCore

/// What looks share: asked for once, whoever needs it, and kept in memory.
enum Supply {
  case workers
  case work([RunID])
  case tasks([Int32])
  case links([Int32])
  case programs([Int32])
  case durations([Int32])

  func call(_ memory: Memory) -> Call {
    switch self {
    case .workers:
      return (
        Statement(
          "feed_workers",
          "select w.id, w.name, s.last_seen from zm.worker w left join zm.worker_status s on s.worker_id = w.id"
        ), []
      )
    case .work(let runs): return Work.call(runs, memory)
    case .tasks(let versions):
      return (
        Statement(
          "feed_tasks",
          """
          select t.version_id, t.id, t.name, t.is_enabled, t.maximum_ms, coalesce(t.program_id, m.program_id)
          from zm.task t left join zm.template m on m.id = t.template_id
          where t.version_id = any ($1) order by t.version_id, t.position
          """), [.int4Array(versions)]
      )
    case .links(let versions):
      return (
        Statement(
          "feed_links",
          """
          select l.version_id, l.from_task, l.to_task, l.condition, l.expression, t.join_rule = 'all', l.is_enabled,
            l.pass
          from zm.link l join zm.task t on t.id = l.to_task
          where l.version_id = any ($1) order by l.version_id, t.position, l.position
          """), [.int4Array(versions)]
      )
    case .programs(let programs):
      return (
        Statement("feed_programs", "select id, average_ms, maximum_ms from zm.program where id = any ($1)"),
        [.int4Array(programs)]
      )
    case .durations(let programs):
      return (
        Statement(
          "feed_durations",
          """
          select program_id, name, average_ms, p95_ms, cardinality(recent_ms) from zm.duration
          where program_id = any ($1)
          """), [.int4Array(programs)]
      )
    }
  }

  func take(_ rows: borrowing Rows, _ memory: inout Memory) throws {
    switch self {
    case .workers:
      memory.workers = [:]
      try rows.forEach { row throws(DatabaseError) in
        memory.workers[try row.int32(0)] = (try row.text(1), try row.momentOrNil(2))
      }
    case .work: try takeWork(rows, &memory)
    case .tasks(let versions):
      for version in versions { memory.versions[version, default: .init()].tasks = [] }
      try rows.forEach { row throws(DatabaseError) in
        let task = Memory.Version.Task(
          id: try row.int32(1), name: try row.text(2), isEnabled: try row.bool(3),
          maximum: try row.millisecondsOrNil(4), program: try row.int32(5))
        memory.versions[try row.int32(0)]?.tasks.append(task)
        memory.note(program: task.program)
      }
    case .links(let versions):
      for version in versions { memory.versions[version, default: .init()].links = [] }
      try rows.forEach { row throws in
        memory.versions[try row.int32(0)]?.links.append(
          ShapeLink(
            from: try row.int32(1), to: try row.int32(2), condition: try condition(row),
            isNeeded: try row.bool(5), isEnabled: try row.bool(6), pass: try pass(row)))
      }
    case .programs(let programs):
      memory.unknownPrograms.subtract(programs)
      try rows.forEach { row throws(DatabaseError) in
        memory.programs[try row.int32(0)] = .init(
          average: try row.millisecondsOrNil(1), maximum: try row.millisecondsOrNil(2))
      }
    case .durations(let programs):
      for program in programs { memory.durations[program] = nil }
      try rows.forEach { row throws(DatabaseError) in
        memory.durations[try row.int32(0), default: [:]][try row.text(1)] = .init(
          average: try row.millisecondsOrNil(2), percentile95: try row.millisecondsOrNil(3),
          samples: try row.int(4))
      }
    }
  }

  private func takeWork(_ rows: borrowing Rows, _ memory: inout Memory) throws {
    var read: [RunID: (total: Int, rows: [TaskRunRow])] = [:]
    try rows.forEach { row throws in
      let taskRun = try TaskRunRow(row)
      let total = try row.int(TaskRunRow.width)
      read[taskRun.taskRun.run, default: (total, [])].rows.append(taskRun)
      memory.note(program: taskRun.program)
    }
    for (run, found) in read { memory.works[run, default: Work()].take(found.rows, total: found.total) }
  }

  private func pass(_ row: borrowing Row) throws(DatabaseError) -> LinkDefinition.Pass {
    guard let pass = LinkDefinition.Pass(rawValue: try row.text(7)) else {
      throw DatabaseError(kind: .decoding, message: "a way to hand on that this program does not know")
    }
    return pass
  }

  private func condition(_ row: borrowing Row) throws -> Condition {
    switch try row.text(3) {
    case "success": return .success
    case "failure": return .failure
    case "always": return .always
    default: return try decode(try row.text(4))
    }
  }
}

extension Memory {
  /// Has the facts of a program looked up unless they are known.
  mutating func note(program: Int32) {
    if programs[program] == nil { unknownPrograms.insert(program) }
  }
}

/// Reads a value from JSON.
///
/// - Throws: `DatabaseError` of the kind `.decoding`.
func decode<Value: Decodable>(_ json: String, as: Value.Type = Value.self) throws(DatabaseError) -> Value {
  do {
    return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
  } catch {
    throw DatabaseError(kind: .decoding, message: "a definition that this program does not know: \(error)")
  }
}

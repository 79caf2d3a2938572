import Postgres
import ZmeyConsole
import ZmeyCore
import ZmeyStore

extension Command {
  /// Carries it out, and says what came of it. A refusal is a reply.
  ///
  /// - Throws: `DatabaseError` of the kind `.connection`: whether it was done is unknown.
  func carryOut(on connection: Connection) async throws -> Reply {
    do {
      switch self {
      case .applyText(let text, let base):
        return try await DefinitionText.apply(text, base: base, on: connection)
      case .apply(let definitions, let base):
        return try await connection.transaction(.repeatableRead, attempts: 4) { session in
          try DefinitionText.apply(definitions, base: base, session)
        }
      case .change(let pipeline, let changes):
        return try await connection.transaction(.repeatableRead, attempts: 4) { session in
          try DefinitionText.change(pipeline, changes, session)
        }
      default: return try await connection.transaction(attempts: 4) { session in try perform(session) }
      }
    } catch let error as DatabaseError where !error.isConnectionLost {
      let hint =
        error.hint
        ?? (error.kind == .insufficientPrivilege ? "The database does not allow this role to do it." : nil)
      return .refused(error.message, hint: hint)
    } catch let refusal as Refusal {
      return refusal.reply
    }
  }

  private func perform(_ session: borrowing Session) throws -> Reply {
    switch self {
    case .start(let pipeline, let task, let arguments):
      let run = try People.start(pipeline: pipeline, task: task, arguments: arguments, session)
      let isHeld = try session.query(
        Statement(
          "feed_is_held",
          "select p.is_paused from zm.run r join zm.pipeline p on p.id = r.pipeline_id where r.id = $1"),
        [.int8(run.rawValue)]
      ).first { row throws(DatabaseError) in try row.bool(0) }
      return .done(
        "started \(pipeline)\(task.map { "/\($0)" } ?? ""): run \(run)"
          + (isHeld == true ? ", held while the pipeline is paused" : ""), made: .run(run))
    case .submit(let template, let arguments):
      let run = try People.submit(template: template, arguments: [arguments], session)
      return .done("started \(template): run \(run)", made: .run(run))
    case .control(let verb, let ids): return try Self.control(verb, ids, session)
    case .controlPipeline(let verb, let pipeline):
      let effects = try People.control(verb, pipeline: pipeline, session)
      if effects.isEmpty { return .unchanged(verb.refusal(pipeline)) }
      return .done("\(verb.past) \(pipeline)\(EffectText(verb, effects).behindColon)")
    case .rerun(let id, let mode):
      let run = try People.rerun(id, mode, isLatest: false, session)
      return .done("runs again: run \(run)", made: .run(run))
    case .fireEvent(let name):
      let runs = try People.fireEvent(name, session)
      return .done(
        "fired \(name): run \(runs.map(\.description).joined(separator: ", "))",
        made: runs.first.map(Reply.Made.run))
    case .read(let kind, let name): return try DefinitionText.read(kind, name, session)
    default: return .done(try change(session))
    }
  }

  /// The plain ones: what was done, in a line.
  private func change(_ session: borrowing Session) throws -> String {
    switch self {
    case .setTask(let pipeline, let task, let isEnabled):
      try People.setTask(task, of: pipeline, isEnabled: isEnabled, session)
      return "turned \(isEnabled ? "on" : "off") task \(pipeline)/\(task)"
    case .setLink(let pipeline, let from, let to, let isEnabled):
      try People.setLink(from: from, to: to, of: pipeline, isEnabled: isEnabled, session)
      return "turned \(isEnabled ? "on" : "off") the link from \(from) to \(to) of \(pipeline)"
    case .setEvent(let name, let isEnabled):
      try People.setEvent(name, isEnabled: isEnabled, session)
      return "turned \(isEnabled ? "on" : "off") event \(name)"
    case .remove(let kind, let name):
      try People.remove(kind, name, session)
      return "removed \(kind) \(name)"
    case .addWorker(let name, let scheduler, let slots, let labels):
      try Refusal.check(name)
      try People.addWorker(name, scheduler: scheduler, slots: Int32(clamping: slots), labels: labels, session)
      return "registered worker \(name)"
    case .setWorker(let name, let slots, let labels):
      try People.setWorker(name, slots: Int32(clamping: slots), labels: labels, session)
      return "changed worker \(name)"
    case .removeWorker(let name):
      try People.removeWorker(name, session)
      return "removed worker \(name)"
    case .drainWorker(let name, let reason):
      try People.drainWorker(name, reason: reason, session)
      return "drained worker \(name)"
    case .undrainWorker(let name):
      try People.undrainWorker(name, session)
      return "worker \(name) takes work again"
    case .addScheduler(let name):
      try Refusal.check(name)
      try People.addScheduler(name, session)
      return "registered scheduler \(name)"
    case .removeScheduler(let name):
      try People.removeScheduler(name, session)
      return "removed scheduler \(name)"
    case .pauseScheduler(let name, let reason):
      try People.pauseScheduler(name, reason: reason, session)
      return "paused scheduler \(name)"
    case .resumeScheduler(let name):
      try People.resumeScheduler(name, session)
      return "resumed scheduler \(name)"
    case .start, .submit, .control, .controlPipeline, .rerun, .fireEvent, .read, .applyText, .apply, .change:
      return ""
    }
  }

  private static func control(_ verb: ControlVerb, _ ids: [Int64], _ session: borrowing Session) throws
    -> Reply
  {
    let over = try session.query(
      Statement("feed_over", "select count(*) from zm.task_run where id = any ($1) and state >= 10"),
      [.int8Array(ids)]
    ).first { row throws(DatabaseError) in try row.int(0) }
    let effects = try People.control(verb, ids, session)
    let text = EffectText(verb, effects, over: over ?? 0)
    if effects.isEmpty {
      return .unchanged(text.isEmpty ? "nothing was left to \(verb.rawValue)" : "\(text)")
    }
    return .done("\(text)")
  }
}

/// Why a command is not carried out, found on this side.
struct Refusal: Error {
  let reply: Reply

  init(_ message: String, hint: String? = nil) {
    reply = .refused(message, hint: hint)
  }

  init(_ reply: Reply) { self.reply = reply }

  /// Refuses what is no name.
  static func check(_ name: String) throws(Refusal) {
    if let problem = Name.problem(name) { throw Refusal(problem) }
  }
}

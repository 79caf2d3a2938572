import ZmeyCore
import ZmeySchedule

/// A value as JSON in one line, for the clipboard.
enum JSONText {
  case null, bool(Bool), number(Int64), string(String), list([JSONText]), object([(String, JSONText)])

  /// A number, or null.
  static func number(_ value: Int?) -> JSONText { value.map { .number(Int64($0)) } ?? .null }
  /// A text, or null.
  static func string(_ value: String?) -> JSONText { value.map { .string($0) } ?? .null }
  /// A time as `2026-03-01T14:03:22Z`, or null.
  static func time(_ value: Moment?) -> JSONText {
    value.map { .string("\(TimeZoneRules.utc.civil(at: $0.seconds))Z") } ?? .null
  }

  /// The text.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): Self.quoted(value)
    case .list(let values): "[\(values.map(\.text).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quoted($0.0)):\($0.1.text)" }.joined(separator: ","))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\u{0}"..<" ", "\u{7f}"..<"\u{a0}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension TaskRun {
  /// It with the keys that `zmctl --json` uses.
  func json(_ run: Run) -> JSONText {
    .object([
      ("id", .number(id.rawValue)), ("run_id", .number(run.id.rawValue)), ("name", .string(name)),
      ("item", .number(item)), ("pipeline", run.pipelineID == nil ? .null : .string(run.name)),
      ("owner", .string(run.owner)), ("state", .string(state.name)), ("attempt", .number(Int64(attempt))),
      ("exit_code", .number(exitCode)), ("signal", .number(signal)), ("reason", .string(reason)),
      ("progress", .number(percent)), ("worker", .string(worker)), ("created_at", .time(createdAt)),
      ("started_at", .time(startedAt)), ("finished_at", .time(finishedAt)),
    ])
  }
}

extension Run {
  /// It with keys as `zmctl --json` writes them.
  var json: JSONText {
    .object([
      ("id", .number(id.rawValue)), ("name", .string(name)),
      ("pipeline", pipelineID == nil ? .null : .string(name)), ("owner", .string(owner)),
      ("state", .string(state.rawValue)), ("total", .number(Int64(total))), ("ended", .number(Int64(ended))),
      ("failed", .number(Int64(failed))), ("created_at", .time(createdAt)),
      ("finished_at", .time(finishedAt)),
      ("created_by", .string(createdBy)), ("event", .string(event)),
      ("rerun_of", rerunOf.map { .number($0.rawValue) } ?? .null), ("note", .string(note)),
    ])
  }
}

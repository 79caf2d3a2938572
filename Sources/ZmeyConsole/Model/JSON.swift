import ZmeyCore
import ZmeySchedule

/// A JSON value to write in one line, for the clipboard.
indirect enum JSON {
  case text(String?)
  case number(Int64?)
  case bool(Bool)
  case list([JSON])
  case object([(String, JSON)])

  /// A number, or null.
  static func number(_ number: Int?) -> JSON { .number(number.map(Int64.init)) }
  /// Texts side by side.
  static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
  /// A moment in UTC, to the second: `2026-03-01T14:03:22Z`; or null.
  static func moment(_ moment: Moment?) -> JSON {
    .text(
      moment.map { moment in
        let civil = TimeZoneRules.utc.civil(at: moment.seconds)
        return "\(civil)\(civil.time.second == 0 ? ":00" : "")Z"
      })
  }

  /// It in one line.
  var line: String {
    switch self {
    case .text(let text): text.map(Self.quoted) ?? "null"
    case .number(let number): number.map(String.init) ?? "null"
    case .bool(let flag): flag ? "true" : "false"
    case .list(let values): "[\(values.map(\.line).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quoted($0.0)):\($0.1.line)" }.joined(separator: ","))}"
    }
  }

  /// A text in quotes, which is a double-quoted scalar of YAML, too.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      // Control characters, and the separators that YAML takes for line ends.
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// A JSON text laid out in lines to read; what is no JSON stays legible.
  static func lines(of text: String) -> [String] {
    var lines = [""]
    var depth = 0
    var (isQuoted, isEscaped) = (false, false)
    func start() { lines.append(String(repeating: "  ", count: max(0, depth))) }
    for scalar in text.unicodeScalars {
      let last = lines.count - 1
      if isQuoted {
        lines[last].unicodeScalars.append(scalar)
        if isEscaped {
          isEscaped = false
        } else if scalar == "\\" {
          isEscaped = true
        } else if scalar == "\"" {
          isQuoted = false
        }
        continue
      }
      switch scalar {
      case "{", "[":
        lines[last].unicodeScalars.append(scalar)
        depth += 1
        start()
      case "}", "]":
        depth -= 1
        // Nothing between the brackets: they stay together.
        if last > 0, lines[last].allSatisfy({ $0 == " " }), let open = lines[last - 1].last,
          open == "{" || open == "["
        {
          lines.removeLast()
        } else {
          start()
        }
        lines[lines.count - 1].unicodeScalars.append(scalar)
      case ",":
        lines[last].unicodeScalars.append(scalar)
        start()
      case ":": lines[last] += ": "
      case " ", "\n", "\t", "\r": break
      default:
        if scalar == "\"" { isQuoted = true }
        lines[last].unicodeScalars.append(scalar)
      }
    }
    return lines
  }
}

extension TaskRun {
  /// It with the keys that `zmctl --json` uses.
  func json(_ run: Run) -> JSON {
    .object([
      ("id", .number(id.rawValue)), ("run_id", .number(run.id.rawValue)), ("name", .text(name)),
      ("item", .number(item)), ("pipeline", .text(run.pipelineID == nil ? nil : run.name)),
      ("owner", .text(run.owner)), ("state", .text(state.name)), ("attempt", .number(attempt)),
      ("exit_code", .number(exitCode)), ("signal", .number(signal)), ("reason", .text(reason)),
      ("progress", .number(percent)), ("worker", .text(worker)), ("created_at", .moment(createdAt)),
      ("started_at", .moment(startedAt)), ("finished_at", .moment(finishedAt)),
    ])
  }
}

extension Run {
  /// It with keys as `zmctl --json` writes them.
  var json: JSON {
    .object([
      ("id", .number(id.rawValue)), ("name", .text(name)),
      ("pipeline", .text(pipelineID == nil ? nil : name)), ("owner", .text(owner)),
      ("state", .text(state.rawValue)), ("total", .number(total)), ("ended", .number(ended)),
      ("failed", .number(failed)), ("created_at", .moment(createdAt)),
      ("finished_at", .moment(finishedAt)),
      ("created_by", .text(createdBy)), ("event", .text(event)),
      ("rerun_of", .number(rerunOf?.rawValue)), ("note", .text(note)),
    ])
  }
}

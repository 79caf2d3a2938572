import ZmeyCore
import ZmeyStore

/// What a verb did, in a line: `3 task runs pausing, 2 held, 1 was over already`.
struct EffectText: CustomStringConvertible {
  let description: String

  /// - Parameter over: how many had ended before.
  init(_ effects: [ControlEffect], over: Int = 0) {
    let counted = effects.filter { !$0.effect.hasPrefix("pipeline_") }
    var parts = counted.enumerated().map { index, effect in
      let noun = index > 0 ? "" : effect.count == 1 ? " task run" : " task runs"
      return Self.fixed[effect.effect]
        ?? "\(effect.count)\(noun) \(Self.words[effect.effect] ?? effect.effect)"
    }
    if over > 0 { parts.append(over == 1 ? "1 was over already" : "\(over) were over already") }
    description = parts.joined(separator: ", ")
  }

  var isEmpty: Bool { description.isEmpty }
  var behindColon: String { isEmpty ? "" : ": \(description)" }

  private static let words = ["waiting": "marked for later", "queued": "queued again"]
  private static let fixed = [
    "submission_held": "what comes in is held", "submission_released": "what comes in is queued",
    "submission_stopped": "nothing more comes in",
  ]
}

extension ControlVerb {
  /// What was done.
  var past: String {
    switch self {
    case .pause: "paused"
    case .resume: "resumed"
    case .hold: "held"
    case .release: "released"
    case .stop: "stopped"
    case .kill: "killed"
    }
  }
}

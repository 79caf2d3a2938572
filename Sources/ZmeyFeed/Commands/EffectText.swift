import ZmeyCore
import ZmeyStore

/// What a verb did, in a line: `3 task runs pausing, 2 held, 1 was over already`.
struct EffectText: CustomStringConvertible {
  let description: String

  /// - Parameter over: how many had ended before.
  init(_ verb: ControlVerb, _ effects: [ControlEffect], over: Int = 0) {
    let counted = effects.filter { !$0.effect.hasPrefix("pipeline_") }
    var parts = counted.enumerated().map { index, effect in
      let noun = index > 0 ? "" : effect.count == 1 ? " task run" : " task runs"
      return Self.fixed[effect.effect]
        ?? "\(effect.count)\(noun) \(Self.word(effect.effect, verb))"
    }
    if over > 0 { parts.append(over == 1 ? "1 was over already" : "\(over) were over already") }
    description = parts.joined(separator: ", ")
  }

  var isEmpty: Bool { description.isEmpty }
  var behindColon: String { isEmpty ? "" : ": \(description)" }

  private static func word(_ effect: String, _ verb: ControlVerb) -> String {
    switch effect {
    // What waits has its mark for later, or has it no more.
    case "waiting": verb == .resume || verb == .release ? "not marked any more" : "marked for later"
    case "queued": "queued again"
    default: effect
    }
  }
  private static let fixed = [
    "submission_held": "what comes in is held", "submission_released": "what comes in is queued",
    "submission_stopped": "nothing more comes in",
  ]
}

extension ControlVerb {
  /// What to say of a pipeline in which it changes nothing.
  func refusal(_ pipeline: String) -> String {
    switch self {
    case .pause: "\(pipeline) is paused already"
    case .hold: "\(pipeline) is held already"
    case .resume: "nothing of \(pipeline) is paused or held"
    case .release: "nothing of \(pipeline) is held"
    case .stop, .kill: "nothing of \(pipeline) goes on"
    }
  }

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

import ZmeyCore
import ZmeySchedule

/// The rule of an event as a kind and a line of text.
struct RuleText: Hashable {
  /// Which kind of rule.
  enum Kind: String, CaseIterable {
    case cron, every, times, at

    /// What is wrong with a text that is none of this kind.
    var problem: String {
      switch self {
      case .cron: "cron has five fields, or six with seconds in front"
      case .every: "a span in whole seconds such as 90s or 1h30m, from 1s to 366d"
      case .times: "times such as 12:15, 14:25 and perhaps days such as mon fri"
      case .at: "dates such as 2027-01-01T12:00, with commas between"
      }
    }
  }

  let kind: Kind
  let text: String

  init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  init(_ rule: EventDefinition.Rule) {
    switch rule {
    case .cron(let fields): self.init(kind: .cron, text: fields)
    case .every(let span): self.init(kind: .every, text: "\(span)")
    case .at(let moments): self.init(kind: .at, text: moments.joined(separator: ", "))
    case .times(let times, let days):
      self.init(kind: .times, text: ([times.joined(separator: ", ")] + days).joined(separator: " "))
    }
  }

  /// The rule; nil if the text is none of its kind at first sight.
  var rule: EventDefinition.Rule? {
    let words = text.split { $0 == " " || $0 == "," }.map(String.init)
    switch kind {
    case .cron: return text.isEmpty ? nil : .cron(text)
    case .every:
      return Timespan(text).flatMap { EventDefinition.isInterval($0) ? .every($0) : nil }
    case .times:
      // A weekday begins with a letter, a time of day with a digit.
      let times = words.filter { $0.first?.isNumber == true }
      let days = words.filter { $0.first?.isNumber != true }.map { (try? Weekday($0))?.name ?? $0 }
      return times.isEmpty ? nil : .times(times, days: days)
    case .at:
      // A day alone could be read as midnight; nobody should have to guess.
      return words.isEmpty || words.contains { !$0.contains("T") } ? nil : .at(words)
    }
  }
}

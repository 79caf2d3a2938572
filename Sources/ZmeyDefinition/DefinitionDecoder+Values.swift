/// A mapping of a known kind.
struct Fields {
  let kind: ObjectKind
  let place: Place
  private let entries: [String: Element.Entry]

  init(kind: ObjectKind, place: Place, entries: [Element.Entry]) {
    self.kind = kind
    self.place = place
    self.entries = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
  }

  var isEmpty: Bool { entries.isEmpty }

  subscript(key: String) -> Element.Entry? { entries[key] }
}

extension DefinitionDecoder {
  mutating func report(_ place: Place, _ message: String) {
    findings.append(Finding(place: place, message: message))
  }

  /// The element as a mapping of that kind; unknown keys are reported.
  mutating func fields(_ element: Element, of kind: ObjectKind) -> Fields? {
    guard case .mapping(let entries) = element.content else {
      mismatch(element, "\(kind.noun) is a mapping (\(kind.keys.prefix(3).joined(separator: ", "))…)")
      return nil
    }
    for entry in entries where !kind.keys.contains(entry.key) {
      guard entry.key != "<<" else {
        report(entry.place, "merge keys (<<) are not read; write the keys out")
        continue
      }
      let hint = Spelling.nearest(to: entry.key, among: kind.keys).map { "; did you mean '\($0)'?" }
      report(entry.place, "\(kind.noun) has no key \(entry.key.excerpt)\(hint ?? "")")
    }
    return Fields(kind: kind, place: element.place, entries: entries)
  }

  /// The items under a key, none if it is absent or has nothing behind it; nil if it is no list.
  mutating func list(_ fields: Fields, _ key: String, orOneText: Bool = false) -> [Element]? {
    guard let element = fields[key]?.value else { return [] }
    switch element.content {
    case .list(let items): return items
    case .nothing: return []
    case .text where orOneText: return [element]
    case .text, .mapping, .broken:
      mismatch(element, "'\(key)' is a list")
      return nil
    }
  }

  /// The text under a key that must be there.
  mutating func required(_ fields: Fields, _ key: String) -> Text? {
    if fields[key] == nil { report(fields.place, "\(fields.kind.noun) needs a '\(key)'") }
    return text(fields, key)
  }

  /// The text under a key; nil if it is absent or was reported.
  mutating func text(_ fields: Fields, _ key: String) -> Text? {
    fields[key].flatMap { text($0.value, named: key) }
  }

  /// The element as a text. No text has a NUL: neither an argument nor a column can hold it.
  mutating func text(_ element: Element, named key: String) -> Text? {
    guard case .text(let string) = element.content else {
      mismatch(element, "'\(key)' needs a text (an empty one is written \"\")")
      return nil
    }
    guard !string.utf8.contains(0) else {
      report(element.place, "'\(key)' has a NUL character")
      return nil
    }
    return Text(string: string, place: element.place)
  }

  /// What the text under a key means; reports a text that `parse` refuses as not what is expected.
  mutating func value<Value>(
    _ fields: Fields, _ key: String, is expected: String, _ parse: (String) -> Value?
  ) -> Value? {
    fields[key].flatMap { value($0.value, named: key, is: expected, parse) }
  }

  /// What the element means as a text.
  mutating func value<Value>(
    _ element: Element, named key: String, is expected: String, _ parse: (String) -> Value?
  ) -> Value? {
    guard let text = text(element, named: key) else { return nil }
    let value = parse(text.string)
    if value == nil { report(text.place, "'\(key)' is \(expected), not \(text.string.excerpt)") }
    return value
  }

  /// The texts under a key, or the one; none if it is absent.
  mutating func texts(_ fields: Fields, _ key: String) -> [Text] {
    (list(fields, key, orOneText: true) ?? []).compactMap { text($0, named: key) }
  }

  /// The text under a key as a truth value.
  mutating func boolean(_ fields: Fields, _ key: String) -> Bool? {
    value(fields, key, is: "true or false (not yes, no, on or off)") { text in
      switch text {
      case "true": true
      case "false": false
      default: nil
      }
    }
  }

  /// The text under a key as one of a few words.
  mutating func choice<Choice>(_ fields: Fields, _ key: String) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return value(fields, key, is: "one of \(words)") { Choice(rawValue: $0) }
  }

  /// The mapping under a key that is absent rather than empty.
  mutating func settings(_ fields: Fields, _ key: String, of kind: ObjectKind) -> Fields? {
    guard let entry = fields[key], let settings = self.fields(entry.value, of: kind) else { return nil }
    if settings.isEmpty { report(entry.place, "'\(key)' is empty; leave it out") }
    return settings
  }

  /// The one of some keys that is there; reports if none is or several are.
  mutating func oneOf(_ keys: [String], in fields: Fields) -> String? {
    let present = keys.compactMap { fields[$0] }.sorted { $0.place < $1.place }
    guard let first = present.first else {
      let words = keys.map { "'\($0)'" }.joined(separator: " or ")
      report(fields.place, "\(fields.kind.noun) needs a \(words)")
      return nil
    }
    for other in present.dropFirst() {
      report(other.place, "'\(other.key)' beside '\(first.key)': \(fields.kind.noun) takes one of them")
    }
    return first.key
  }

  mutating func mismatch(_ element: Element, _ expectation: String) {
    if case .broken = element.content { return }
    report(element.place, "\(expectation), not \(element.noun)")
  }
}

/// A text that was read, and where it stands.
struct Text {
  let string: String
  let place: Place
}

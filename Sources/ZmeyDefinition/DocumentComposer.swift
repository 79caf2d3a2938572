import Yams

/// Turns the text of one file into elements. Only this type speaks to Yams.
struct DocumentComposer {
  /// How deep a document may nest; what definitions need is 8.
  static let maxDepth = 64
  /// How many elements aliases may bring into one document.
  static let maxAliased = 100_000

  private let file: Int
  private let mask: AliasMask
  private let markedQuotes: Set<Place>
  private var anchors: [String: Element] = [:]
  private var aliased = 0
  private var findings: [Finding] = []

  /// The root of the document (nil if it is empty or no YAML) and what is wrong with it as YAML.
  static func compose(_ text: String, file: Int) -> (root: Element?, findings: [Finding]) {
    let text = withoutMark(text)
    if let illegal = illegalCharacter(in: text, file: file) { return (nil, [illegal]) }
    guard let mask = AliasMask(for: text) else {
      let start = Place(file: file, line: 1, column: 1)
      return (nil, [Finding(place: start, message: "the text uses every private-use character there is")])
    }
    var composer = DocumentComposer(text, file: file, mask: mask)
    let hidden = mask.hide(text)
    do {
      let parser = try Parser(yaml: hidden, resolver: .basic, encoding: .utf8)
      // Nodes hold their anchors weakly; the parser alone keeps them alive.
      let root = try withExtendedLifetime(parser) {
        try parser.singleRoot().map { composer.element($0, depth: 1) }
      }
      return (root, composer.findings)
    } catch {
      return (nil, [composer.finding(error, in: hidden)])
    }
  }

  /// The text behind a byte order mark: Yams names an encoding to libyaml, which then takes the mark for a column.
  static func withoutMark(_ text: String) -> String {
    text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  private init(_ text: String, file: Int, mask: AliasMask) {
    self.file = file
    self.mask = mask
    markedQuotes = Self.markedQuotes(in: text, file: file)
  }

  private mutating func element(_ node: Node, depth: Int) -> Element {
    let place = place(node.mark)
    guard depth <= Self.maxDepth else {
      return broken(place, "this is nested deeper than \(Self.maxDepth) levels")
    }
    let tag = node.tag.rawValue
    guard [Tag.Name.str, .seq, .map].contains(where: { $0.rawValue == tag }) else {
      return broken(place, "tags are not used here; leave '\(tag)' out")
    }
    let element: Element
    switch node {
    case .scalar(let scalar) where scalar.style == .plain && mask.isAlias(scalar.string):
      return alias(mask.reveal(scalar.string), at: place, depth: depth)
    case .scalar(let scalar):
      let isNothing = scalar.style == .plain && scalar.string.isEmpty
      let isMarked = scalar.style == .doubleQuoted && markedQuotes.contains(place)
      let text = (isMarked ? "\u{FEFF}" : "") + mask.reveal(scalar.string)
      element = Element(isNothing ? .nothing : .text(text), at: place)
    case .sequence(let sequence):
      element = Element(.list(sequence.map { self.element($0, depth: depth + 1) }), at: place)
    case .mapping(let mapping):
      element = Element(.mapping(entries(mapping, depth: depth + 1)), at: place)
    case .alias:
      // Yams makes these for its encoder only.
      element = Element(.broken, at: place)
    }
    if let anchor = node.anchor { anchors[anchor.rawValue] = element }
    return element
  }

  private mutating func entries(_ mapping: Node.Mapping, depth: Int) -> [Element.Entry] {
    var entries: [Element.Entry] = []
    for (key, value) in mapping {
      // An alias as a key could repeat another key behind the back of Yams, which looks for repeats.
      guard case .scalar(let scalar) = key, !mask.isAlias(scalar.string) else {
        _ = broken(place(key.mark), "a key must be a plain text")
        continue
      }
      let name = mask.reveal(scalar.string)
      entries.append(.init(key: name, place: place(key.mark), value: element(value, depth: depth)))
    }
    return entries
  }

  private mutating func alias(_ text: String, at place: Place, depth: Int) -> Element {
    guard var element = anchors[String(text.dropFirst())] else {
      return broken(
        place, "\(text.excerpt) begins with '*' but names no anchor before it; quote it if it is a text")
    }
    guard depth + element.height <= Self.maxDepth + 1 else {
      return broken(place, "this alias nests deeper than \(Self.maxDepth) levels")
    }
    guard aliased + element.count <= Self.maxAliased else {
      return broken(place, "aliases bring more than \(Self.maxAliased) elements into this document")
    }
    aliased += element.count
    element.place = place
    return element
  }

  private mutating func broken(_ place: Place, _ message: String) -> Element {
    findings.append(Finding(place: place, message: message))
    return Element(.broken, at: place)
  }

  private func place(_ mark: Mark?) -> Place {
    Place(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
  }
}

extension DocumentComposer {
  private func finding(_ error: any Error, in text: String) -> Finding {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      // Quotes that nothing closes are told where they open.
      let isOpen = problem.hasSuffix("unexpected end of stream")
      let place = place(isOpen ? context?.mark ?? mark : mark)
      let hint = Self.scalar(at: place, in: text) == "\t" ? " (a tab; YAML indents with spaces)" : ""
      let message = [context?.text, problem].compactMap(\.self).joined(separator: ": ")
      return Finding(place: place, message: message + hint)
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\(mask.reveal($0))'" }.joined(separator: ", ")
      return Finding(place: place(context.mark), message: "\(names) comes twice in this mapping")
    default:
      return Finding(place: place(nil), message: String(describing: error))
    }
  }

  /// The character at a place, to recognize a tab.
  private static func scalar(at place: Place, in text: String) -> Unicode.Scalar? {
    LocatedScalars(text).first { $0.line == place.line && $0.column == place.column }?.scalar
  }
}

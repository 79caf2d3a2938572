/// Where the parts of a document stand, in the shape of its definitions.
struct PlaceTree {
  /// Nil for a part that lacks what its problems are told at; that it does was reported.
  var place: Place?
  var children: [String: PlaceTree] = [:]

  init(_ place: Place?) { self.place = place }

  /// The tree of an element. A text stands where it begins, a list or a mapping where its key does.
  init(_ element: Element, at place: Place? = nil) {
    self.place = place ?? element.place
    switch element.content {
    case .text, .nothing, .broken: break
    case .list(let items):
      for (index, item) in items.enumerated() { children["\(index)"] = PlaceTree(item) }
    case .mapping(let entries): add(entries)
    }
  }

  private mutating func add(_ entries: [Element.Entry]) {
    for entry in entries {
      let isText = if case .text = entry.value.content { true } else { false }
      children[entry.key] = PlaceTree(entry.value, at: isText ? entry.value.place : entry.place)
    }
  }

  /// Adds an item to the list under a key.
  mutating func append(_ item: PlaceTree, to key: String) {
    var list = children[key] ?? PlaceTree(nil)
    list.children["\(list.children.count)"] = item
    children[key] = list
  }

  /// Makes the list under a key hold those places: what is broken is no item of definitions.
  mutating func set(_ items: [PlaceTree], at key: String) {
    var list = children[key] ?? PlaceTree(place)
    list.children = Dictionary(uniqueKeysWithValues: items.enumerated().map { ("\($0.offset)", $0.element) })
    children[key] = list
  }

  /// The place that a JSON pointer into definitions names, or the nearest around it that the text has.
  subscript(pointer: String) -> Place? {
    var node = self
    for part in pointer.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
      if let child = node.children[key] {
        node = child
      } else if !Self.unwritten.contains(key) {
        break
      }
    }
    return node.place
  }

  /// Objects of the JSON form whose keys stand in the object around them in YAML.
  private static let unwritten: Set<String> = ["work", "program", "rule"]
}

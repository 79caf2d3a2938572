/// A node of a document: what stands there, and where.
///
/// Text stays text: `no`, `10:30` and `007` are what they look like until the reader of a key,
/// who knows what it wants, gives them a type.
struct Element {
  enum Content {
    case text(String)
    /// A key or a dash with nothing behind it.
    case nothing
    case list([Element])
    case mapping([Entry])
    /// Something that was reported already.
    case broken
  }

  /// A key with its value; no key comes twice in a mapping.
  struct Entry {
    let key: String
    let place: Place
    let value: Element
  }

  /// Where it stands; for an alias, where the alias stands.
  var place: Place
  let content: Content
  /// The levels of nesting, itself included.
  let height: Int
  /// How many elements it is, itself included.
  let count: Int

  init(_ content: Content, at place: Place) {
    self.place = place
    self.content = content
    let children: [Element] =
      switch content {
      case .text, .nothing, .broken: []
      case .list(let items): items
      case .mapping(let entries): entries.map(\.value)
      }
    height = 1 + (children.map(\.height).max() ?? 0)
    count = children.reduce(1) { $0 + $1.count }
  }

  /// What it is, for messages.
  var noun: String {
    switch content {
    case .text: "a text"
    case .nothing, .broken: "nothing"
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

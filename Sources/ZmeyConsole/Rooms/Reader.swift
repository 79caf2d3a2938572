import ZmeyCore

/// Reads a template: its facts and its script, one below the other.
struct Reader: Hashable, Sendable {
  /// The first line in sight.
  private(set) var top = 0
  /// How many columns of the script are out of sight at the left.
  private(set) var left = 0
  /// What is looked for; empty for nothing.
  private(set) var wanted = ""
  /// The line where it was found last.
  private(set) var hit: Int?

  /// All that can be read, and in how much room.
  struct Page {
    /// Facts, as wide as there is room.
    let facts: [[Span]]
    /// The lines of the script.
    let script: [Substring.UTF8View.SubSequence]
    let rows: Int
    let columns: Int

    var count: Int { facts.count + script.count }

    init(_ template: Template, _ world: World, in rect: Rect) {
      rows = max(1, rect.rows)
      columns = max(1, rect.columns - 2)
      facts = template.facts(world, columns: columns)
      script = template.program.script[...].utf8.split(separator: 10, omittingEmptySubsequences: false)
    }

    /// A line as text.
    func text(_ line: Int) -> String {
      line < facts.count
        ? facts[line].map(\.text).joined() : String(Substring(script[line - facts.count]))
    }
  }

  /// Scrolls or finds as an action says; false if it is none that does.
  mutating func handle(_ action: Action, in page: Page) -> Bool {
    switch action {
    case .up: scroll(to: top - 1, page)
    case .down: scroll(to: top + 1, page)
    case .pageUp: scroll(to: top - page.rows + 1, page)
    case .pageDown: scroll(to: top + page.rows - 1, page)
    case .halfUp: scroll(to: top - page.rows / 2, page)
    case .halfDown: scroll(to: top + page.rows / 2, page)
    case .first: scroll(to: 0, page)
    case .last: scroll(to: page.count, page)
    case .left: left = max(0, left - page.columns / 2)
    case .right: left = min(left + page.columns / 2, 4000)
    case .findNext: find(from: (hit ?? top - 1) + 1, by: 1, page)
    case .findPrevious: find(from: (hit ?? top) - 1, by: -1, page)
    default: return false
    }
    return true
  }

  /// Looks for a text from what is in sight on.
  mutating func look(for text: String, in page: Page?) {
    wanted = text
    hit = nil
    if let page { find(from: top, by: 1, page) }
  }

  private mutating func find(from start: Int, by step: Int, _ page: Page) {
    guard !wanted.isEmpty, page.count > 0 else { return hit = nil }
    let lines = (0..<page.count).lazy.map { ((start + $0 * step) % page.count + page.count) % page.count }
    hit = lines.first { page.text($0).lowercased().contains(wanted.lowercased()) }
    if let hit, !(top..<top + page.rows ~= hit) { scroll(to: hit - page.rows / 3, page) }
  }

  private mutating func scroll(to line: Int, _ page: Page) {
    top = max(0, min(line, page.count - page.rows))
  }

  /// Draws what is in sight.
  func draw(_ page: Page, _ painter: inout Painter, in rect: Rect) {
    let first = max(0, min(top, page.count - rect.rows))
    for (row, line) in zip(rect.row..<rect.end, first..<max(first, page.count)) {
      let width = rect.columns - 2
      if line < page.facts.count {
        painter.spans(page.facts[line], row: row, column: rect.column + 1, width: width)
      } else {
        let text = page.text(line)
        painter.text(
          left == 0 ? text : String(text.dropFirst(left)), row: row, column: rect.column + 1, width: width)
      }
      if line == hit {
        painter.tint(Rect(row: row, column: rect.column, rows: 1, columns: rect.columns), .marked)
        painter.run("*", row: row, column: rect.column, count: 1, .marked)
      }
    }
  }
}

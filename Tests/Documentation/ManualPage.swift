/// A page of the manual, or a section of one, as far as tests look into mdoc.
struct ManualPage {
  let lines: [String]

  /// The page of that file, such as `zmctl.1`.
  init(_ name: String) throws {
    lines = try Files.text("man/\(name)").split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  init(lines: some Sequence<String>) { self.lines = Array(lines) }

  /// What stands under a heading, up to the next heading of any kind.
  func section(_ title: String) -> ManualPage {
    let start = lines.drop { $0 != ".Sh \(title)" && $0 != ".Ss \(title)" }.dropFirst()
    return ManualPage(lines: start.prefix { !$0.hasPrefix(".Sh ") && !$0.hasPrefix(".Ss ") })
  }

  /// Whether a line has those words.
  func says(_ words: String) -> Bool { lines.contains { $0.contains(words) } }

  /// Every flag that is named, with its dashes.
  var flags: Set<String> {
    Set(
      macros.flatMap { words in
        zip(words, words.dropFirst()).compactMap { macro, word in macro == "Fl" ? "-\(word)" : nil }
      })
  }

  /// The heads of the items that begin with that macro: `.It Cm args` gives `args`; several stand with commas.
  func items(_ macro: String) -> [String] {
    macros.filter { $0.prefix(2) == ["It", macro] }.flatMap { $0.dropFirst(2).filter { $0 != "," } }
  }

  /// The words after a macro at a line's beginning.
  func words(_ macro: String) -> Set<String> {
    Set(macros.filter { $0.first == macro && $0.count > 1 }.map { $0[1] })
  }

  /// The items of the page's lists, each with its text: from `.It` to the next one, or to the list's end.
  var entries: [ManualPage] {
    lines.indices.filter { lines[$0].hasPrefix(".It ") }.map { start in
      let rest = lines[(start + 1)...].prefix { !$0.hasPrefix(".It ") && $0 != ".El" }
      return ManualPage(lines: [lines[start]] + rest)
    }
  }

  /// The head of an entry: its first line, or what stands between `.It Xo` and `.Xc`.
  var head: ManualPage {
    lines[0] == ".It Xo"
      ? ManualPage(lines: lines.dropFirst().prefix { $0 != ".Xc" })
      : ManualPage(lines: [".\(lines[0].dropFirst(4))"])
  }

  /// The entries of verbs by their names: `.It Cm template add …`.
  var verbs: [String: ManualPage] {
    let named = entries.filter { $0.head.lines[0].hasPrefix(".Cm ") }.map { entry in
      (entry.head.lines[0].split(separator: " ").dropFirst().prefix { $0.allSatisfy(\.isLowercase) }, entry)
    }
    return Dictionary(named.map { ($0.joined(separator: " "), $1) }) { first, _ in first }
  }

  /// The text of the first display.
  var display: String {
    lines.drop { !$0.hasPrefix(".Bd ") }.dropFirst().prefix { $0 != ".Ed" }.map { $0 + "\n" }.joined()
  }

  /// The texts of all displays.
  var displays: [String] {
    lines.indices.filter { lines[$0].hasPrefix(".Bd ") }.map { start in
      ManualPage(lines: lines[start...]).display
    }
  }

  private var macros: [[String]] {
    lines.filter { $0.hasPrefix(".") }.map { $0.dropFirst().split(separator: " ").map(String.init) }
  }
}

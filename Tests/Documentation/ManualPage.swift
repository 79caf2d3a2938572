/// A page of the manual, or a section of one, as far as tests look into mdoc.
struct ManualPage {
  let lines: [String]

  /// The page of that file, such as `zmctl.1`.
  init(_ name: String) throws {
    lines = try Files.text("man/\(name)").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  init(lines: some Sequence<String>) { self.lines = Array(lines) }

  /// What stands under a heading, up to the next heading of any kind.
  func section(_ title: String) -> ManualPage {
    let start = lines.drop { $0 != ".Sh \(title)" && $0 != ".Ss \(title)" }.dropFirst()
    return ManualPage(lines: start.prefix { !$0.hasPrefix(".Sh ") && !$0.hasPrefix(".Ss ") })
  }

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
  func words(_ macro: String) -> Set<String> { Set(macros.filter { $0.first == macro && $0.count > 1 }.map { $0[1] }) }

  /// The verbs of a tool with the flags in the head of each: `.It Cm template add …`, or `.It Xo` to `.Xc`.
  var verbs: [String: Set<String>] {
    var found: [String: Set<String>] = [:]
    for index in lines.indices {
      let head: [String]
      if lines[index] == ".It Xo" {
        head = Array(lines[(index + 1)...].prefix { $0 != ".Xc" })
      } else if lines[index].hasPrefix(".It Cm ") {
        head = [".\(lines[index].dropFirst(4))"]
      } else {
        continue
      }
      let name = head[0].split(separator: " ").dropFirst().prefix { word in word.allSatisfy(\.isLowercase) }
      found[name.joined(separator: " ")] = ManualPage(lines: head).flags
    }
    return found
  }

  /// The text of the first display.
  var display: String {
    lines.drop { !$0.hasPrefix(".Bd ") }.dropFirst().prefix { $0 != ".Ed" }.map { $0 + "\n" }.joined()
  }

  private var macros: [[String]] {
    lines.filter { $0.hasPrefix(".") }.map { $0.dropFirst().split(separator: " ").map(String.init) }
  }
}

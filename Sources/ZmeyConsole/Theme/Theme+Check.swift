/// What there is to say about a theme.
public struct ThemeCheck: Hashable, Sendable {
  /// A table: each role with its colours, how well it is read, and how it looks with fewer colours.
  public let lines: [String]
  /// What is hard to read.
  public let warnings: [String]
}

extension Theme {
  /// Looks at how well each role is read, and at what becomes of it on terminals with fewer colours.
  public func check() -> ThemeCheck {
    var warnings: [String] = []
    var rows = [["role", "foreground", "background", "contrast", "256", "16", "8", "mono"]]
    for role in Role.allCases {
      let contrast = contrast(of: role)
      let isPoor = contrast.map { $0.ratio < $0.limit } ?? false
      let ratio = contrast.map { Self.decimal($0.ratio) } ?? "-"
      if let contrast, isPoor {
        warnings.append(
          "\(name): \(role.name) has contrast \(ratio), below \(Self.decimal(contrast.limit)): "
            + "take a lighter or a darker colour")
      }
      let look = self[role]
      let words = appearance(of: role, colours: 0).attributes.words
      rows.append([
        role.name, look.foreground.description, look.background.description, ratio + (isPoor ? " !" : ""),
        numbers(role, 256), numbers(role, 16), numbers(role, 8), words.isEmpty ? "-" : words,
      ])
    }
    return ThemeCheck(lines: Self.table(rows), warnings: warnings)
  }

  /// How well a role is read in 256 colours, and how well it should be; nil if that is the terminal's matter.
  ///
  /// What lies on the terminal's own ground may lie on black or on white: the worse counts. 4.58 is the most that a
  /// colour can have on both, so 3 is enough there, as it is for what need not be read.
  func contrast(of role: Role) -> (ratio: Double, limit: Double)? {
    let look = self[role]
    let limit = [.border, .dim, .barRest].contains(role) ? 3 : 4.5
    switch (look.foreground, look.background) {
    case (.own, .own), (.own, .named), (.named, .own): return nil
    case (.own, let paint), (let paint, .own):
      let colour = Self.shown(paint)
      return (min(colour.contrast(.black), colour.contrast(.white)), 3)
    case (let foreground, let background):
      return (Self.shown(foreground).contrast(Self.shown(background)), limit)
    }
  }

  private static func shown(_ paint: Paint) -> RGB {
    switch paint {
    case .own: .black
    case .named(let number): RGB(number: Int(number))
    case .exact(let colour): RGB(number: colour.nearest256)
    }
  }

  private func numbers(_ role: Role, _ colours: Int) -> String {
    let shown = appearance(of: role, colours: colours)
    let words = [shown.foreground, shown.background].map { $0 < 0 ? "-" : "\($0)" }
    return words.joined(separator: "/")
  }

  /// One digit after the point, rounded down: what is below a limit must not look as if it met it.
  private static func decimal(_ number: Double) -> String {
    let tenths = Int(number * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Rows with their columns under each other, a blank between.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.utf8.count + 1)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Theme {
  /// How a role looks on one kind of terminal.
  public struct Appearance: Hashable, Sendable {
    /// The colour of the text: -1 for the terminal's own, or its number below the count of colours.
    public var foreground: Int16 = -1
    /// The colour behind it, in the same way.
    public var background: Int16 = -1
    /// What else is done to it.
    public var attributes: Look.Attributes
  }

  /// How a role looks on a terminal with that many colours: 256, 16, 8, or none.
  public func appearance(of role: Role, colours: Int) -> Appearance {
    let look = self[role]
    var shown = Appearance(attributes: look.attributes)
    guard colours >= 8 else {
      // What colours told apart, attributes must.
      if !look.isColourless { shown.attributes = Self.mono[role].attributes }
      return shown
    }
    shown.foreground = number(look.foreground, colours)
    shown.background = number(look.background, colours)
    if colours < 256 { shown.simplify(colours) }
    return shown
  }

  private func number(_ paint: Paint, _ colours: Int) -> Int16 {
    switch paint {
    case .own: -1
    case .named(let number): Int16(number)
    case .exact(let colour): Int16(colours < 256 ? colour.nearest16 : colour.nearest256)
    }
  }
}

extension Theme.Appearance {
  /// From sixteen colours to those that there are, and legible.
  fileprivate mutating func simplify(_ colours: Int) {
    if colours < 16 {
      // There is no grey among eight: as text it is the terminal's own but fainter, as a ground it is white.
      if foreground == 8 {
        attributes.insert(.dim)
        if background < 0 { foreground = -1 }
      }
      if background == 8 { background = 7 }
      if foreground > 7 { foreground -= 8 }
      if background > 7 { background -= 8 }
    }
    guard foreground >= 0, background >= 0 else { return }
    let ground = RGB(number: Int(background))
    if RGB(number: Int(foreground)).contrast(ground) < 2 {
      let white: Int16 = colours < 16 ? 7 : 15
      foreground = ground.contrast(.black) < ground.contrast(.white) ? white : 0
    }
  }
}

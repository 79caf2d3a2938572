/// A key as an operator presses it.
public enum Key: Hashable, Sendable {
  /// One that writes a character, also with Shift.
  case character(Unicode.Scalar)
  /// A small letter with Control.
  case control(Unicode.Scalar)
  /// A key of its own.
  case special(Special)
  /// F1 and on.
  case function(Int)

  /// Keys that write nothing.
  public enum Special: String, CaseIterable, Sendable {
    /// An arrow.
    case up = "Up", down = "Down", left = "Left", right = "Right"
    /// An arrow with Control.
    case controlUp = "C-Up", controlDown = "C-Down", controlLeft = "C-Left", controlRight = "C-Right"
    /// To a beginning, to an end, by a page.
    case home = "Home", end = "End", pageUp = "PgUp", pageDown = "PgDn"
    /// What edits.
    case insert = "Ins", delete = "Del", backspace = "BS"
    /// Enter, Escape, Tab and Tab with Shift.
    case enter = "Enter", escape = "Esc", tab = "Tab", backTab = "S-Tab"
  }

  /// Its name in `keys.conf` and on the screen: `x`, `Space`, `C-r`, `PgUp`, `F5`.
  public var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let scalar): String(scalar)
    case .control(let scalar): "C-\(scalar)"
    case .special(let special): special.rawValue
    case .function(let number): "F\(number)"
    }
  }

  /// The key of that name; nil if there is none.
  public init?(name: some StringProtocol) {
    let scalars = name.unicodeScalars
    if let special = Special(rawValue: String(name)) {
      self = .special(special)
    } else if name == "Space" {
      self = .character(" ")
    } else if scalars.count == 1, let scalar = scalars.first, CharacterWidth.of(scalar) != nil {
      self = .character(scalar)
    } else if name.hasPrefix("C-"), scalars.count == 3, let last = scalars.last, ("a"..."z").contains(last) {
      self = .control(last)
    } else if name.hasPrefix("F"), let number = Int(name.dropFirst()), 1...63 ~= number {
      self = .function(number)
    } else {
      return nil
    }
  }
}

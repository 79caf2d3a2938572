internal import CTerminal

extension Key {
  /// The key that sends a character.
  init(_ scalar: Unicode.Scalar) {
    self =
      switch scalar.value {
      case 8, 127: .backspace
      case 9: .tab
      case 10, 13: .enter
      case 27: .escape
      case 1...26: .control(Character(Unicode.Scalar(UInt8(scalar.value + 96))))
      case 0..<32: .control(Character(Unicode.Scalar(UInt8(scalar.value + 64))))
      // The second set of control characters has no keys.
      case 128..<160: .unknown
      default: .character(scalar)
      }
  }

  /// The key that ncurses decoded; nil for what is no key.
  init?(_ key: cterminal_key) {
    switch key {
    case CTERMINAL_UP: self = .up
    case CTERMINAL_DOWN: self = .down
    case CTERMINAL_LEFT: self = .left
    case CTERMINAL_RIGHT: self = .right
    case CTERMINAL_HOME: self = .home
    case CTERMINAL_END: self = .end
    case CTERMINAL_PAGE_UP: self = .pageUp
    case CTERMINAL_PAGE_DOWN: self = .pageDown
    case CTERMINAL_INSERT: self = .insert
    case CTERMINAL_DELETE: self = .delete
    case CTERMINAL_BACKSPACE: self = .backspace
    case CTERMINAL_ENTER: self = .enter
    case CTERMINAL_BACK_TAB: self = .backTab
    case CTERMINAL_CONTROL_UP: self = .controlUp
    case CTERMINAL_CONTROL_DOWN: self = .controlDown
    case CTERMINAL_CONTROL_LEFT: self = .controlLeft
    case CTERMINAL_CONTROL_RIGHT: self = .controlRight
    case CTERMINAL_SHIFT_UP: self = .shiftUp
    case CTERMINAL_SHIFT_DOWN: self = .shiftDown
    case CTERMINAL_SHIFT_LEFT: self = .shiftLeft
    case CTERMINAL_SHIFT_RIGHT: self = .shiftRight
    case CTERMINAL_IGNORED: return nil
    default: self = .unknown
    }
  }
}

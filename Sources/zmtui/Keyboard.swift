import Terminal
import ZmeyConsole

extension ZmeyConsole.Key {
  /// The same key; nil for one that nothing can be bound to.
  init?(_ key: Terminal.Key) {
    switch key {
    case .character(let scalar): self = .character(scalar)
    case .control(let letter):
      guard let scalar = letter.lowercased().unicodeScalars.first else { return nil }
      self = .control(scalar)
    case .function(let number): self = .function(number)
    case .up, .shiftUp: self = .special(.up)
    case .down, .shiftDown: self = .special(.down)
    case .left, .shiftLeft: self = .special(.left)
    case .right, .shiftRight: self = .special(.right)
    case .controlUp: self = .special(.controlUp)
    case .controlDown: self = .special(.controlDown)
    case .controlLeft: self = .special(.controlLeft)
    case .controlRight: self = .special(.controlRight)
    case .home: self = .special(.home)
    case .end: self = .special(.end)
    case .pageUp: self = .special(.pageUp)
    case .pageDown: self = .special(.pageDown)
    case .insert: self = .special(.insert)
    case .delete: self = .special(.delete)
    case .backspace: self = .special(.backspace)
    case .enter: self = .special(.enter)
    case .escape: self = .special(.escape)
    case .tab: self = .special(.tab)
    case .backTab: self = .special(.backTab)
    case .unknown: return nil
    }
  }
}

extension ZmeyConsole.Input {
  /// What the mouse did, as the console takes it.
  init(_ mouse: Mouse) {
    switch mouse.action {
    case .press: self = .click(row: mouse.row, column: mouse.column, isDouble: false)
    case .doubleClick: self = .click(row: mouse.row, column: mouse.column, isDouble: true)
    case .wheelUp: self = .wheel(-3)
    case .wheelDown: self = .wheel(3)
    }
  }
}

import Glibc
import Terminal

/// Writes every input to the screen, and does what some keys say, for tests to look at.
@main struct Probe {
  let screen: Screen
  var lines: [String] = []
  var special: [TerminalCell] = []
  var isFlooding = false

  static func main() {
    do {
      var probe = Probe(screen: try Screen.open(mouse: true))
      probe.screen.define(1, Appearance(foreground: 1, attributes: .bold))
      exit(probe.run())
    } catch {
      print("refused: \(error)")
      exit(2)
    }
  }

  private mutating func run() -> Int32 {
    while true {
      draw()
      // Told to, it floods the terminal without asking whether it takes bytes.
      if !isFlooding { _ = screen.wait() }
      while let input = screen.nextInput() {
        lines.append(Self.text(of: input))
        if let status = act(on: input) {
          screen.close()
          return status
        }
      }
    }
  }

  private mutating func act(on input: Input) -> Int32? {
    switch input {
    case .terminate(let signal): return 128 + signal
    case .closed: return 129
    case .key(.character("q")): return 0
    case .key(.character("c")): fatalError("the probe crashes")
    case .key(.character("z")): screen.suspend()
    case .key(.character("e")): runChild(["sh", "-c", "echo child; echo to error >&2; cat; exit $STATUS"])
    case .key(.character("n")): runChild(["/nowhere/program"])
    case .key(.character("s")): perror("said to standard error")
    case .key(.character("w")): special = Self.wide
    case .key(.character("f")): isFlooding = true
    case .key(.character("d")):
      screen.discardTypeahead()
      lines.append("discarded")
    case .key(.control("l")): screen.repaint()
    default: break
    }
    return nil
  }

  private mutating func runChild(_ arguments: [String]) {
    do {
      let status = try screen.runChild(arguments, environment: ["STATUS": "7"])
      lines.append("status \(status)")
    } catch {
      lines.append("\(error)")
    }
  }

  private func draw() {
    let (rows, columns) = screen.size
    var shown = ["size \(rows)x\(columns) colours \(screen.colours) tier \(screen.tier) pid \(getpid())"]
    if isFlooding {
      screen.repaint()
      shown = (0..<rows).map { _ in String(repeating: "x", count: columns) }
    }
    shown += lines.suffix(max(0, rows - 2))
    let blank = [TerminalCell](repeating: TerminalCell(), count: columns)
    for row in 0..<rows {
      let text = row < shown.count ? shown[row] : ""
      let cells = text.unicodeScalars.map { TerminalCell(scalar: $0.value, style: row == 0 ? 1 : 0) }
      screen.put(row: row, (cells + blank).prefix(columns))
    }
    screen.put(row: rows - 1, special)
    screen.flush()
  }

  /// Cyrillic, a wide pair, a letter with a combining accent, a line, a control character, a half without its other.
  private static let wide: [TerminalCell] = [
    TerminalCell(scalar: 0x436), TerminalCell(scalar: 0x4E2D, width: 2), TerminalCell(width: 0),
    TerminalCell(scalar: 0x65, mark: 0x301), TerminalCell(scalar: 0x2500), TerminalCell(scalar: 0x1B),
    TerminalCell(scalar: 0x4E2D, width: 2), TerminalCell(scalar: 0x2E),
  ]

  private static func text(of input: Input) -> String {
    switch input {
    case .key(let key): "key \(key)"
    case .paste(let text): "paste \(text.debugDescription)"
    case .mouse(let mouse): "mouse \(mouse.action) at \(mouse.row),\(mouse.column)"
    case .focus(let has): "focus \(has)"
    case .resized: "resized"
    case .resumed: "resumed"
    case .terminate(let signal): "terminate \(signal)"
    case .closed: "closed"
    }
  }
}

internal import CTerminal
internal import Glibc

/// The terminal of standard input and output, as long as the program has it for itself.
///
/// One thread does everything. While the screen is open, what goes to a standard error that is a terminal is kept in
/// memory and shown after `close` or after a crash, and SIGPIPE is ignored. A signal that ends the program is input,
/// see `nextInput`; but where it meets a terminal that takes no bytes, the process ends at once with 128 + signal.
public final class Screen {
  /// Which characters the terminal can be trusted to show.
  public enum Tier: Hashable, Sendable {
    /// All of Unicode.
    case full
    /// The console of Linux: little more than code page 437.
    case console
    /// ASCII and lines. Other scalars show `?`, and no byte above 127 is sent.
    case ascii
  }

  var reader = InputReader()
  var isTerminalGone = false
  private var isOpen = true

  private init() {}

  deinit { if isOpen { cterminal_close() } }

  /// Takes the terminal. Nothing is seen of it before the first `flush`.
  ///
  /// If `$TERM` is unknown, it is taken for an xterm-256color, an xterm or a vt100.
  ///
  /// - Parameter mouse: whether to listen to the mouse, which takes the selection of text from the terminal.
  public static func open(mouse: Bool = false) throws(ScreenError) -> Screen {
    let failure = UInt32(bitPattern: cterminal_open(mouse))
    guard failure == CTERMINAL_OPENED.rawValue else { throw ScreenError(failure) }
    return Screen()
  }

  /// Gives the terminal back as it was, then shows what had been written to standard error. Once is enough.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    cterminal_close()
  }

  /// How large it is; both are at least 1.
  public var size: (rows: Int, columns: Int) {
    var rows: Int32 = 0
    var columns: Int32 = 0
    cterminal_size(&rows, &columns)
    return (max(1, Int(rows)), max(1, Int(columns)))
  }

  /// How many colours there are: 256, 16, 8, or 0 where it has none or `$NO_COLOR` is set to something.
  public var colours: Int { Int(cterminal_colours()) }

  /// Which characters it can be trusted to show.
  public var tier: Tier {
    switch UInt32(bitPattern: cterminal_tier()) {
    case CTERMINAL_FULL.rawValue: .full
    case CTERMINAL_CONSOLE.rawValue: .console
    default: .ascii
    }
  }

  /// Says how cells of a style look that are put from now on.
  ///
  /// A terminal has room for some tens of pairs of colours; those beyond show its own.
  public func define(_ style: UInt16, _ appearance: Appearance) {
    cterminal_define(
      style, Int32(appearance.foreground), Int32(appearance.background),
      UInt32(appearance.attributes.rawValue))
  }

  /// Sets cells of a row from a column on; what is outside of the screen is dropped.
  ///
  /// A wide cell without its second half shows a space, a control character shows as unknown.
  public func put(row: Int, column: Int = 0, _ cells: some Collection<TerminalCell>) {
    guard let row = Int32(exactly: row), let column = Int32(exactly: column) else { return }
    let line = cells.map {
      cterminal_cell(scalar: $0.scalar, mark: $0.mark, style: $0.style, width: $0.width)
    }
    cterminal_put(row, column, line, line.count)
  }

  /// Where the cursor is shown from the next `flush` on; nil hides it.
  public func setCursor(_ place: (row: Int, column: Int)?) {
    cterminal_set_cursor(Int32(clamping: place?.row ?? -1), Int32(clamping: place?.column ?? 0))
  }

  /// Sends what differs from what is seen. Blocks while the terminal takes nothing, so ask `isWritable` first.
  public func flush() { cterminal_flush() }

  /// Whether the terminal takes bytes now.
  public var isWritable: Bool {
    var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&entry, 1, 0) > 0 && entry.revents == Int16(POLLOUT)
  }

  /// The next `flush` sends everything, for a screen that another program has written to.
  public func repaint() { cterminal_repaint() }

  /// Begins or ceases to listen to the mouse.
  public func setMouse(_ on: Bool) { cterminal_set_mouse(on) }

  /// Calls for attention.
  public func bell() { cterminal_bell() }

  /// Sends bytes that are none of the picture's, such as OSC 52 for the clipboard. Only right after a `flush`.
  public func sendRaw(_ bytes: [UInt8]) { cterminal_write(bytes, bytes.count) }
}

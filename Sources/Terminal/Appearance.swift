internal import CTerminal

/// How text looks.
public struct Appearance: Hashable, Sendable {
  /// What a terminal can do to text besides colouring it.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// The set as bits.
    public let rawValue: UInt8

    /// The set of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, on some terminals brighter.
    public static let bold = Attributes(rawValue: UInt8(CTERMINAL_BOLD))
    /// Fainter.
    public static let dim = Attributes(rawValue: UInt8(CTERMINAL_DIM))
    /// With a line below.
    public static let underline = Attributes(rawValue: UInt8(CTERMINAL_UNDERLINE))
    /// With the two colours exchanged.
    public static let reverse = Attributes(rawValue: UInt8(CTERMINAL_REVERSE))
  }

  /// The colour of the text: -1 for the terminal's own, or 0 to 255.
  ///
  /// What is not below `Screen.colours` shows the terminal's own.
  public var foreground: Int16
  /// The colour behind it, in the same way.
  public var background: Int16
  /// What else is done to it.
  public var attributes: Attributes

  /// An appearance of these.
  public init(foreground: Int16 = -1, background: Int16 = -1, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

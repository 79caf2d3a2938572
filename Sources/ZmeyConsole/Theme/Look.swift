/// How a role looks, as a theme says it.
public struct Look: Hashable, Sendable {
  /// The colour of the text.
  public var foreground: Paint
  /// The colour behind it.
  public var background: Paint
  /// What else is done to it.
  public var attributes: Attributes

  /// A look of these.
  public init(foreground: Paint = .own, background: Paint = .own, attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// What a terminal can do to text besides colouring it.
  public struct Attributes: OptionSet, Hashable, Sendable {
    /// The set as bits.
    public let rawValue: UInt8

    /// The set of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, on some terminals brighter.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// With a line below.
    public static let underline = Attributes(rawValue: 4)
    /// With the two colours exchanged.
    public static let reverse = Attributes(rawValue: 8)

    /// Each with its name in theme files.
    static let names: [(name: String, attribute: Attributes)] = [
      ("bold", .bold), ("dim", .dim), ("underline", .underline), ("reverse", .reverse),
    ]

    /// The names of those in the set.
    var words: String {
      Self.names.filter { contains($0.attribute) }.map(\.name).joined(separator: " ")
    }
  }

  /// Whether it leaves all colours to the terminal.
  var isColourless: Bool { foreground == .own && background == .own }
}

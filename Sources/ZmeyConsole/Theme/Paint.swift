/// A colour as a theme says it.
public enum Paint: Hashable, Sendable {
  /// The terminal's own.
  case own
  /// One of the sixteen whose tones the terminal chooses: 0 to 15.
  case named(UInt8)
  /// Exactly this one, as near as the terminal comes to it.
  case exact(RGB)
}

extension Paint: CustomStringConvertible {
  /// Names of the sixteen, in the order of their numbers.
  static let names: [String] = {
    let plain = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return plain + plain.map { "bright-\($0)" }
  }()

  /// The colour that a theme says so; nil if it says none.
  init?(_ word: some StringProtocol) {
    if word == "default" {
      self = .own
    } else if let number = Self.names.firstIndex(where: { $0 == word }) {
      self = .named(UInt8(number))
    } else if let colour = RGB(word) {
      self = .exact(colour)
    } else {
      return nil
    }
  }

  /// As a theme says it.
  public var description: String {
    switch self {
    case .own: "default"
    case .named(let number): Self.names[Int(number)]
    case .exact(let colour): colour.description
    }
  }
}

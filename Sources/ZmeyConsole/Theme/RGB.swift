/// A colour by how much red, green and blue it has, in sRGB.
public struct RGB: Hashable, Sendable {
  /// How much of each, 0 to 255.
  public var red, green, blue: UInt8

  /// A colour of these.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  static let black = RGB(0, 0, 0)
  static let white = RGB(255, 255, 255)
}

extension RGB: CustomStringConvertible {
  /// The colour of a text such as `#ffd75f`; nil if it is none.
  init?(_ text: some StringProtocol) {
    let digits = text.dropFirst().compactMap(\.hexDigitValue)
    guard text.first == "#", text.utf8.count == 7, digits.count == 6 else { return nil }
    self.init(
      UInt8(digits[0] * 16 + digits[1]), UInt8(digits[2] * 16 + digits[3]),
      UInt8(digits[4] * 16 + digits[5]))
  }

  /// `#rrggbb`.
  public var description: String {
    "#"
      + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension RGB {
  /// How bright it looks: 0 for black, 1 for white (WCAG 2.1, relative luminance).
  var luminance: Double {
    0.2126 * Self.linear(red) + 0.7152 * Self.linear(green) + 0.0722 * Self.linear(blue)
  }

  /// How well one colour is read on another: 1 for not at all, 21 for black on white (WCAG 2.1, contrast ratio).
  func contrast(_ other: RGB) -> Double {
    let (one, two) = (luminance, other.luminance)
    return (max(one, two) + 0.05) / (min(one, two) + 0.05)
  }

  private static func linear(_ value: UInt8) -> Double {
    let share = Double(value) / 255
    guard share > 0.03928 else { return share / 12.92 }
    // x to the power of 2.4 is the fifth root of x to the power of 12, here by Newton: there is no pow without C.
    let base = (share + 0.055) / 1.055
    let square = base * base
    let power = square * square * square * square * square * square
    var root = base
    for _ in 0..<40 { root -= (root - power / (root * root * root * root)) / 5 }
    return root
  }

  /// How different two colours look, for comparing only: the "redmean" of Thiadmer Riemersma, without its root.
  func distance(_ other: RGB) -> Int {
    let mean = (Int(red) + Int(other.red)) / 2
    let (r, g, b) = (
      Int(red) - Int(other.red), Int(green) - Int(other.green), Int(blue) - Int(other.blue)
    )
    return (512 + mean) * r * r / 256 + 4 * g * g + (767 - mean) * b * b / 256
  }
}

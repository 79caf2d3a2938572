extension RGB {
  /// The colour of a number, 0 to 255. Those below 16 are the usual ones: each terminal may show others.
  init(number: Int) {
    switch number {
    case ..<16: self = Self.usual[max(0, number)]
    case ..<232:
      let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
      let place = number - 16
      self.init(steps[place / 36], steps[place / 6 % 6], steps[place % 6])
    default:
      let grey = UInt8(8 + 10 * (min(number, 255) - 232))
      self.init(grey, grey, grey)
    }
  }

  /// Those of xterm.
  private static let usual = [
    RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0),
    RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205), RGB(229, 229, 229),
    RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0),
    RGB(92, 92, 255), RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
  ]

  /// The number of the nearest of 256 colours: none of the first sixteen, for nobody knows how those look.
  var nearest256: Int {
    (16..<256).min { distance(RGB(number: $0)) < distance(RGB(number: $1)) } ?? 16
  }

  /// The number of the one of sixteen colours that goes by the same name. The nearest by distance would be grey for
  /// every soft tone, and states that differ by their tone would look the same.
  var nearest16: Int {
    let (low, high) = (Int(min(red, green, blue)), Int(max(red, green, blue)))
    if high < 80 { return 0 }
    if (high - low) * 4 < high { return high < 150 ? 8 : high < 225 ? 7 : 15 }
    let tone =
      switch hue {
      case 20..<61: 3
      case 61..<160: 2
      case 160..<200: 6
      case 200..<250: 4
      case 250..<345: 5
      default: 1
      }
    return high < 208 ? tone : tone + 8
  }

  /// Where on the wheel of colours it stands, in degrees from red: 0 to 359.
  private var hue: Int {
    let (red, green, blue) = (Int(red), Int(green), Int(blue))
    let high = max(red, green, blue)
    let spread = high - min(red, green, blue)
    guard spread > 0 else { return 0 }
    return if high == red {
      (360 + 60 * (green - blue) / spread) % 360
    } else if high == green {
      120 + 60 * (blue - red) / spread
    } else {
      240 + 60 * (red - green) / spread
    }
  }
}

/// Text of which nothing can speak to a terminal or turn the direction of writing, for programs that show it raw.
public enum PlainText {
  /// A text of any bytes; what must not reach a terminal is `�`, as on the screen. Tabs and line ends stay.
  public static func safe(_ bytes: [UInt8]) -> [UInt8] {
    var safe = String.UnicodeScalarView()
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    for scalar in text.unicodeScalars {
      let isKept = scalar == "\n" || scalar == "\t" || CharacterWidth.of(scalar) != nil
      safe.append(isKept ? scalar : "\u{fffd}")
    }
    return Array(String(safe).utf8)
  }
}

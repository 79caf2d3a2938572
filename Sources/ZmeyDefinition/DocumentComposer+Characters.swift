extension DocumentComposer {
  /// The first character that YAML forbids outside of an escape; libyaml tells its offset only.
  static func illegalCharacter(in text: String, file: Int) -> Finding? {
    for (scalar, line, column) in LocatedScalars(text) {
      switch scalar.value {
      // A byte order mark is allowed by YAML, but libyaml and Foundation drop it here and there.
      case 0xFEFF: break
      case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: continue
      default: break
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let code = String(repeating: "0", count: 4 - digits.count) + digits
      return Finding(
        place: Place(file: file, line: line, column: column),
        message: "the character U+\(code) may not stand here; in double quotes it is written \\u\(code)")
    }
    return nil
  }

  /// Where quotes open before an escaped byte order mark: Yams makes its strings with Foundation,
  /// which drops the mark at the start of one. (Behind an anchor it is lost: Yams gives the
  /// anchor's place for the text's.)
  static func markedQuotes(in text: String, file: Int) -> Set<Place> {
    guard text.lowercased().contains("feff") else { return [] }
    let scalars = Array(LocatedScalars(text))
    var places: Set<Place> = []
    for (index, (scalar, line, column)) in scalars.enumerated() where scalar == "\"" {
      let next = String(String.UnicodeScalarView(scalars[(index + 1)...].prefix(10).map(\.scalar)))
        .lowercased()
      if next.hasPrefix("\\ufeff") || next.hasPrefix("\\u0000feff") {
        places.insert(Place(file: file, line: line, column: column))
      }
    }
    return places
  }
}

/// Hides every `*` of a text behind a character that the text does not use.
///
/// Yams copies what an alias names into its tree while it composes and hashes it when it is a key:
/// a few hundred bytes of nested aliases take hours, some thousand overflow the stack. Behind the
/// mask an alias reaches us as plain text, and we expand it within limits. It also lets us explain
/// the commonest slip, a value that begins with `*` and lacks its quotes.
struct AliasMask {
  private let stand: Unicode.Scalar

  /// A mask for that text; nil if the text uses every private-use character.
  init?(for text: String) {
    let used = Set(text.unicodeScalars)
    let lowercased = text.lowercased()
    let free = (0xE000...0xF8FF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init).first {
      // The digits could bring it in as an escape ("\ue000").
      !used.contains($0) && !lowercased.contains(String($0.value, radix: 16))
    }
    guard let free else { return nil }
    stand = free
  }

  /// The text with no `*` in it; every other character keeps its line and column.
  func hide(_ text: String) -> String { Self.replace("*", by: stand, in: text) }

  /// The text as it was.
  func reveal(_ text: String) -> String { Self.replace(stand, by: "*", in: text) }

  /// Whether a plain scalar of the hidden text was an alias.
  func isAlias(_ plain: String) -> Bool { plain.unicodeScalars.first == stand }

  private static func replace(_ old: Unicode.Scalar, by new: Unicode.Scalar, in text: String) -> String {
    guard text.unicodeScalars.contains(old) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(scalar == old ? new : scalar) }
    return String(result)
  }
}

/// The characters of a text with their lines and columns as libyaml counts them: from 1, and a line
/// also ends at a lone CR, at NEL, LS and PS.
struct LocatedScalars: Sequence, IteratorProtocol {
  private var scalars: String.UnicodeScalarView.Iterator
  private var previous: Unicode.Scalar?
  private var line = 1
  private var column = 0

  init(_ text: String) { scalars = text.unicodeScalars.makeIterator() }

  mutating func next() -> (scalar: Unicode.Scalar, line: Int, column: Int)? {
    guard let scalar = scalars.next() else { return nil }
    switch previous {
    case "\r" where scalar == "\n": column += 1
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": (line, column) = (line + 1, 1)
    default: column += 1
    }
    previous = scalar
    return (scalar, line, column)
  }
}

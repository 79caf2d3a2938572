/// Reads a short text from left to right, and knows the column for every complaint.
struct TextScanner {
  private let scalars: [Unicode.Scalar]
  /// The index of the next scalar.
  private(set) var position = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The next scalar; nil at the end.
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  var column: Int { position + 1 }

  func error(_ message: String, column: Int? = nil) -> ScheduleError {
    ScheduleError(message, column: column ?? self.column)
  }

  /// Steps over the next scalar if it is this one.
  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  /// Steps over `scalar`, or throws `message`.
  mutating func expect(_ scalar: Unicode.Scalar, _ message: String) throws(ScheduleError) {
    guard take(scalar) else { throw error(message) }
  }

  /// A number of so many digits in `range`, or throws.
  mutating func number(
    _ what: String, digits: ClosedRange<Int>, in range: ClosedRange<Int>
  ) throws(ScheduleError) -> Int {
    let start = column
    var value = 0
    while let next, let digit = next.decimalDigit, position - start + 1 < digits.upperBound {
      value = value * 10 + digit
      position += 1
    }
    let count = column - start
    guard count >= digits.lowerBound else {
      let wanted = digits.lowerBound == 1 ? "a number" : "\(digits.lowerBound) digits"
      throw error("\(what): \(wanted) expected", column: count == 0 ? start : column)
    }
    guard range.contains(value) else {
      throw error(
        "\(what) \(value) is out of range: \(range.lowerBound) to \(range.upperBound)", column: start)
    }
    return value
  }

  /// Throws if anything is left.
  func expectEnd(after what: String) throws(ScheduleError) {
    if let next { throw error("unexpected '\(next.escaped(asASCII: false))' after \(what)") }
  }
}

extension Unicode.Scalar {
  /// The value of an ASCII digit.
  var decimalDigit: Int? { ("0"..."9").contains(self) ? Int(value) - 48 : nil }

  /// An ASCII letter as a small one; anything else as it is.
  var lowercased: Unicode.Scalar {
    ("A"..."Z").contains(self) ? Unicode.Scalar(UInt8(value) + 32) : self
  }
}

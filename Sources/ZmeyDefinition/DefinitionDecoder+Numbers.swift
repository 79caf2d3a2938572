import ZmeyCore

extension DefinitionDecoder {
  /// The text under a key as a whole number in a range.
  mutating func number(_ fields: Fields, _ key: String, in range: ClosedRange<Int>) -> Int? {
    fields[key].flatMap { number($0.value, named: key, in: range) }
  }

  /// The element as a whole number in a range.
  mutating func number(_ element: Element, named key: String, in range: ClosedRange<Int>) -> Int? {
    value(element, named: key, is: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
      WholeNumber.parse(text).flatMap(Int.init(exactly:)).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// The text under a key as a number with at most three decimals in a range of whole bounds.
  mutating func decimal(_ fields: Fields, _ key: String, in range: ClosedRange<Double>) -> Double? {
    let bounds = [range.lowerBound, range.upperBound].map(DecimalNumber.format).joined(separator: " to ")
    return value(fields, key, is: "a number from \(bounds) with at most 3 decimals") {
      DecimalNumber.parse($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// The text under a key as a length of time.
  mutating func timespan(_ fields: Fields, _ key: String) -> Timespan? {
    value(fields, key, is: "a length of time such as 90s, 5m or 1h30m, at most 366 days") { Timespan($0) }
  }
}

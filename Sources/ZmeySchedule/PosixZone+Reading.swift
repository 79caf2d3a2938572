extension PosixZone {
  /// Reads `CET-1CEST,M3.5.0,M10.5.0/3`. Daylight time without its dates is refused: what POSIX leaves open
  /// there no file of the time zone database uses.
  ///
  /// - Throws: `ZoneError`.
  init(_ text: String) throws(ZoneError) {
    var reader = PosixZoneReader(text)
    try reader.name()
    let standard = -(try reader.offset())
    guard !reader.isAtEnd else {
      self.init(standard: standard, daylight: nil)
      return
    }
    try reader.name()
    let offset = reader.next == "," ? standard + 3600 : -(try reader.offset())
    let start = try reader.change()
    let end = try reader.change()
    guard reader.isAtEnd else { throw reader.error }
    self.init(standard: standard, daylight: Daylight(offset: offset, start: start, end: end))
  }
}

private struct PosixZoneReader {
  private let text: String
  private var rest: Substring.UnicodeScalarView

  init(_ text: String) {
    self.text = text
    rest = text[...].unicodeScalars
  }

  var error: ZoneError { ZoneError("its rule for later years '\(text)' is malformed") }
  var isAtEnd: Bool { rest.isEmpty }
  var next: Unicode.Scalar? { rest.first }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(ZoneError) {
    guard take(scalar) else { throw error }
  }

  /// Steps over `CET` or `<+01>`.
  mutating func name() throws(ZoneError) {
    let isQuoted = take("<")
    let letters = rest.prefix {
      ("a"..."z").contains($0.lowercased) || isQuoted && ($0.decimalDigit != nil || $0 == "+" || $0 == "-")
    }
    guard letters.count >= 3 else { throw error }
    rest.removeFirst(letters.count)
    if isQuoted { try expect(">") }
  }

  private mutating func number(upTo limit: Int) throws(ZoneError) -> Int {
    let digits = rest.prefix { $0.decimalDigit != nil }
    guard (1...3).contains(digits.count) else { throw error }
    rest.removeFirst(digits.count)
    let value = digits.reduce(0) { $0 * 10 + ($1.decimalDigit ?? 0) }
    guard value <= limit else { throw error }
    return value
  }

  /// Seconds of `[+-]h[h[h]][:mm[:ss]]`.
  private mutating func time(hours: Int) throws(ZoneError) -> Int64 {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    var seconds = try number(upTo: hours) * 3600
    if take(":") {
      seconds += try number(upTo: 59) * 60
      if take(":") { seconds += try number(upTo: 59) }
    }
    return Int64(isNegative ? -seconds : seconds)
  }

  /// Seconds west of UTC.
  mutating func offset() throws(ZoneError) -> Int64 { try time(hours: 24) }

  mutating func change() throws(ZoneError) -> YearlyChange {
    try expect(",")
    let day: YearlyChange.Day
    if take("J") {
      day = .withoutLeapDay(try number(upTo: 365))
      if day == .withoutLeapDay(0) { throw error }
    } else if take("M") {
      let month = try number(upTo: 12)
      try expect(".")
      let week = try number(upTo: 5)
      try expect(".")
      guard month > 0, week > 0 else { throw error }
      day = .weekday(month: month, week: week, weekday: try number(upTo: 6))
    } else {
      day = .withLeapDay(try number(upTo: 365))
    }
    return YearlyChange(day: day, time: take("/") ? try time(hours: 167) : 7200)
  }
}

/// Reads a cron expression, field by field.
struct CronParser {
  private let scalars: [Unicode.Scalar]
  /// The same before capital letters became small, for complaints.
  private let written: [Unicode.Scalar]
  /// Where the fields stand; those not read yet.
  private var fields: ArraySlice<Range<Int>>
  /// Where the field under way ends, and how far it is read.
  private var end = 0
  private var position = 0
  /// Whether there is a sixth field, in front.
  let hasSeconds: Bool

  init(_ text: String) throws(ScheduleError) {
    let all = Array(text.unicodeScalars)
    if let start = all.firstIndex(where: { !Self.isBlank($0) }), all[start] == "@" {
      written = try Self.meaning(of: all[start...])
    } else {
      written = all
    }
    scalars = written.map(\.lowercased)
    let parts = Self.parts(of: scalars)
    guard parts.count == 5 || parts.count == 6 else {
      let column = parts.count > 6 ? parts[6].lowerBound + 1 : written.count + 1
      throw ScheduleError(
        "a cron expression has 5 fields (minute, hour, day of the month, month, weekday) or 6 (the second in "
          + "front), this one has \(parts.count)", column: column)
    }
    hasSeconds = parts.count == 6
    fields = parts[...]
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

  /// The places of words between blanks.
  private static func parts(of scalars: [Unicode.Scalar]) -> [Range<Int>] {
    scalars.split(whereSeparator: isBlank).map { $0.startIndex..<$0.endIndex }
  }

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  private static func meaning(of word: ArraySlice<Unicode.Scalar>) throws(ScheduleError) -> [Unicode.Scalar] {
    let name = String(String.UnicodeScalarView(word.prefix { !isBlank($0) }))
    guard let meaning = nicknames[name.lowercased()],
      word.dropFirst(name.unicodeScalars.count).allSatisfy(isBlank)
    else {
      throw ScheduleError(
        "no '\(name)' like that: there are @yearly, @annually, @monthly, @weekly, @daily, @midnight and @hourly",
        column: word.startIndex + 1)
    }
    return Array(meaning.unicodeScalars)
  }

  /// Reads the next field.
  mutating func field(_ field: CronField) throws(ScheduleError) -> CronFieldValue {
    let place = fields.removeFirst()
    (position, end) = (place.lowerBound, place.upperBound)
    var value = CronFieldValue(column: position + 1)
    repeat {
      try element(of: field, into: &value)
    } while take(",")
    guard next == nil else { throw error("unexpected \(shown) in the \(field.name)") }
    return value
  }

  private var next: Unicode.Scalar? { position < end ? scalars[position] : nil }

  /// The next scalar as complaints show it.
  private var shown: String { position < end ? "'\(written[position].escaped(asASCII: false))'" : "nothing" }

  private func error(_ message: String, at index: Int? = nil) -> ScheduleError {
    ScheduleError(message, column: (index ?? position) + 1)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func element(
    of field: CronField, into value: inout CronFieldValue
  ) throws(ScheduleError) {
    let start = position
    if take("?") {
      guard field == .dayOfMonth || field == .weekday, start + 1 == value.column, next == nil else {
        throw error("'?' stands alone, for the day of the month or the weekday; elsewhere write *", at: start)
      }
      value.isEverything = true
    } else if take("*") {
      let step = try step(of: field) ?? 1
      if step == 1 { value.isEverything = true }
      value.insert(from: field.range.lowerBound, through: field.last, step: step, in: field)
    } else if field == .dayOfMonth, take("l") {
      try lastDay(into: &value)
    } else if field == .weekday, take("l") {
      guard let next, next != "," else {
        throw error("L follows a weekday here: friL is the last Friday", at: start)
      }
      value.nthWeekdays[0] |= 1 << UInt64(try number(of: field) % 7)
    } else {
      try numbers(of: field, into: &value)
    }
  }

  /// What follows the L of a day of the month.
  private mutating func lastDay(into value: inout CronFieldValue) throws(ScheduleError) {
    if take("w") {
      value.nearWorkingDays |= 1
    } else if take("-") {
      value.daysFromEnd |= 1 << UInt64(try digits("days before the month's last", in: 0...30))
    } else {
      value.daysFromEnd |= 1
    }
  }

  /// One number, a range, or what may follow a number.
  private mutating func numbers(
    of field: CronField, into value: inout CronFieldValue
  ) throws(ScheduleError) {
    var low = try number(of: field)
    if field == .dayOfMonth, take("w") {
      value.nearWorkingDays |= 1 << UInt64(low)
      return
    }
    if field == .weekday, take("#") {
      value.nthWeekdays[try digits("week", in: 1...5)] |= 1 << UInt64(low % 7)
      return
    }
    if field == .weekday, take("l") {
      value.nthWeekdays[0] |= 1 << UInt64(low % 7)
      return
    }
    var high: Int? = take("-") ? try number(of: field) : nil
    if field == .weekday, low == 7 {
      low = 0
      if high == 7 { high = 0 }
    }
    let step = try step(of: field)
    value.insert(
      from: low, through: high ?? (step == nil ? low : field.last), step: step ?? 1, in: field)
  }

  /// What follows a slash, if there is one.
  private mutating func step(of field: CronField) throws(ScheduleError) -> Int? {
    take("/") ? try digits("step of the \(field.name)", in: 1...field.range.upperBound) : nil
  }

  /// A number or a name of the field.
  private mutating func number(of field: CronField) throws(ScheduleError) -> Int {
    if !field.names.isEmpty, let next, ("a"..."z").contains(next) {
      let word = scalars[position..<min(position + 3, end)]
      guard let index = field.names.firstIndex(where: { $0.unicodeScalars.elementsEqual(word) }) else {
        let letters = written[position..<end].prefix { ("a"..."z").contains($0.lowercased) }
        throw error(
          "no \(field.name) '\(String(String.UnicodeScalarView(letters)))': it is one of "
            + field.names.joined(separator: ", "))
      }
      position += 3
      return index + field.range.lowerBound
    }
    return try digits(field.name, in: field.range)
  }

  private mutating func digits(_ what: String, in range: ClosedRange<Int>) throws(ScheduleError) -> Int {
    let start = position
    var number = 0
    while let digit = next?.decimalDigit {
      number = min(number * 10 + digit, 1_000_000)
      position += 1
    }
    guard position > start else {
      throw error("\(what): a number is expected, not \(shown)")
    }
    guard range.contains(number) else {
      throw error("\(what) \(number) is out of range: \(range.lowerBound) to \(range.upperBound)", at: start)
    }
    return number
  }
}

extension CronFieldValue {
  /// Adds every `step`th value; a range whose end lies before its start goes over the field's end.
  fileprivate mutating func insert(from low: Int, through high: Int, step: Int, in field: CronField) {
    let first = field.range.lowerBound
    let count = field.last - first + 1
    for value in stride(from: low, through: high < low ? high + count : high, by: step) {
      values |= 1 << UInt64((value - first) % count + first)
    }
  }
}

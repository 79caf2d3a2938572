extension TimeZoneRules {
  /// Reads a file of the time zone database in the format TZif, versions 1 to 4 (RFC 8536 and 9636).
  ///
  /// - Throws: `ZoneError` if the bytes are malformed in any way, or count leap seconds (the files below `right/`).
  public init(tzif bytes: [UInt8]) throws(ZoneError) {
    var reader = ByteReader(bytes)
    let header = try TZifHeader(&reader)
    guard header.version >= UInt8(ascii: "2") else {
      self = try header.readBlock(&reader, wide: false, footer: nil)
      return
    }
    // The first block is the one with 32 bits, for old programs.
    _ = try reader.take(header.blockSize(wide: false))
    let wideHeader = try TZifHeader(&reader)
    var later = reader
    _ = try later.take(wideHeader.blockSize(wide: true))
    self = try wideHeader.readBlock(&reader, wide: true, footer: try later.footer())
  }
}

private struct TZifHeader {
  let version: UInt8
  private let utcIndicators: Int
  private let standardIndicators: Int
  private let leapSeconds: Int
  private let changes: Int
  private let types: Int
  private let letters: Int

  init(_ reader: inout ByteReader) throws(ZoneError) {
    guard try reader.take(4).elementsEqual("TZif".utf8) else {
      throw ZoneError("it is not a time zone file: it does not begin with TZif")
    }
    version = try reader.number(1, as: UInt8.self)
    _ = try reader.take(15)
    utcIndicators = Int(try reader.number(4, as: UInt32.self))
    standardIndicators = Int(try reader.number(4, as: UInt32.self))
    leapSeconds = Int(try reader.number(4, as: UInt32.self))
    changes = Int(try reader.number(4, as: UInt32.self))
    types = Int(try reader.number(4, as: UInt32.self))
    letters = Int(try reader.number(4, as: UInt32.self))
  }

  func blockSize(wide: Bool) -> Int {
    let time = wide ? 8 : 4
    return changes * (time + 1) + types * 6 + letters + leapSeconds * (time + 4) + standardIndicators
      + utcIndicators
  }

  func readBlock(
    _ reader: inout ByteReader, wide: Bool, footer: String?
  ) throws(ZoneError) -> TimeZoneRules {
    guard leapSeconds == 0 else {
      throw ZoneError("it counts leap seconds; take the zone of that name without 'right/'")
    }
    var block = try reader.part(blockSize(wide: wide))
    var times: [Int64] = []
    for _ in 0..<changes {
      let time =
        wide ? try block.number(8, as: Int64.self) : Int64(try block.number(4, as: Int32.self))
      guard (-(1 << 59)...1 << 59).contains(time), times.last.map({ $0 < time }) ?? true else {
        throw ZoneError("its changes are not in the order of time")
      }
      times.append(time)
    }
    let kinds = try block.take(changes)
    var offsets: [Int64] = []
    for _ in 0..<types {
      let offset = Int64(try block.number(4, as: Int32.self))
      guard abs(offset) < TimeZoneRules.largestOffset else {
        throw ZoneError("it is \(offset) seconds away from UTC")
      }
      offsets.append(offset)
      _ = try block.take(2)
    }
    guard let first = offsets.first, kinds.allSatisfy({ $0 < offsets.count }) else {
      throw ZoneError("a change leads to a kind of time that it does not have")
    }
    let rule: PosixZone? =
      if let footer, !footer.isEmpty { try PosixZone(footer) } else { nil }
    return TimeZoneRules(
      changes: zip(times, kinds).map { ($0, offsets[Int($1)]) }, first: first, rule: rule)
  }
}

/// Big-endian bytes, of which no more can be taken than there are.
private struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }
  private init(rest: ArraySlice<UInt8>) { self.rest = rest }

  mutating func take(_ count: Int) throws(ZoneError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw ZoneError("it is cut short") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func part(_ count: Int) throws(ZoneError) -> ByteReader { ByteReader(rest: try take(count)) }

  mutating func number<N: FixedWidthInteger>(_ count: Int, as type: N.Type) throws(ZoneError) -> N {
    N(truncatingIfNeeded: try take(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// The text between two newlines at the end.
  func footer() throws(ZoneError) -> String {
    guard rest.first == 10, let end = rest.dropFirst().firstIndex(of: 10) else {
      throw ZoneError("its last line is missing")
    }
    return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
  }
}

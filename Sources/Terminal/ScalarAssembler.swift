/// Makes scalars of the bytes of UTF-8, which may come one by one.
struct ScalarAssembler {
  private var bytes: [UInt8] = []
  private var expected = 0

  /// The scalar that this byte completes; nil if there is more to come, or if it does not belong.
  mutating func add(_ byte: UInt8) -> Unicode.Scalar? {
    let ones = (~byte).leadingZeroBitCount
    if ones == 1, !bytes.isEmpty {
      bytes.append(byte)
    } else {
      bytes = ones == 0 || (2...4).contains(ones) ? [byte] : []
      expected = max(1, ones)
    }
    guard !bytes.isEmpty, bytes.count == expected else { return nil }
    defer { bytes = [] }
    return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first
  }
}

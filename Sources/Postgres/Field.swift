/// A value in PostgreSQL's binary format. Each reading is `nil` if the type or the length does not fit it.
struct Field {
  let type: UInt32
  let bytes: UnsafeRawBufferPointer

  var bool: Bool? {
    type == TypeID.bool && bytes.count == 1 ? bytes[0] != 0 : nil
  }

  var int16: Int16? {
    type == TypeID.int2 ? integer() : nil
  }

  var int32: Int32? {
    type == TypeID.int4 ? integer() : int16.map { Int32($0) }
  }

  var int64: Int64? {
    type == TypeID.int8 ? integer() : int32.map { Int64($0) }
  }

  var double: Double? {
    switch type {
    case TypeID.float8: integer().map { Double(bitPattern: $0) }
    case TypeID.float4: integer().map { Double(Float(bitPattern: $0)) }
    default: nil
    }
  }

  var text: String? {
    switch type {
    case TypeID.text, TypeID.varchar, TypeID.bpchar, TypeID.name, TypeID.json:
      String(validating: bytes, as: UTF8.self)
    // A jsonb opens with the version of its format.
    case TypeID.jsonb where bytes.first == 1:
      String(validating: bytes.dropFirst(), as: UTF8.self)
    default: nil
    }
  }

  var bytea: [UInt8]? {
    type == TypeID.bytea ? Array(bytes) : nil
  }

  var uuid: UUIDValue? {
    guard type == TypeID.uuid, bytes.count == 16 else { return nil }
    return UUIDValue(
      high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  /// PostgreSQL counts from 2000-01-01 UTC, and has the extremes for the infinities.
  var microseconds: Int64? {
    guard type == TypeID.timestamptz, let value: Int64 = integer() else { return nil }
    let (sum, overflow) = value.addingReportingOverflow(946_684_800_000_000)
    return overflow || value == .min ? value : sum
  }

  private func integer<T: FixedWidthInteger>() -> T? {
    bytes.count == MemoryLayout<T>.size ? T(bigEndian: bytes.loadUnaligned(as: T.self)) : nil
  }
}

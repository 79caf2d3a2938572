/// A type that PostgreSQL has too, and how it is written in the binary format: big-endian.
protocol BinaryValue {
  static var type: UInt32 { get }
  static var arrayType: UInt32 { get }
  func write(to bytes: inout [UInt8])
}

extension Bool: BinaryValue {
  static var type: UInt32 { TypeID.bool }
  static var arrayType: UInt32 { TypeID.boolArray }
  func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension Int16: BinaryValue {
  static var type: UInt32 { TypeID.int2 }
  static var arrayType: UInt32 { TypeID.int2Array }
  func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int32: BinaryValue {
  static var type: UInt32 { TypeID.int4 }
  static var arrayType: UInt32 { TypeID.int4Array }
  func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int64: BinaryValue {
  static var type: UInt32 { TypeID.int8 }
  static var arrayType: UInt32 { TypeID.int8Array }
  func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension String: BinaryValue {
  static var type: UInt32 { TypeID.text }
  static var arrayType: UInt32 { TypeID.textArray }
  func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

extension [UInt8]: BinaryValue {
  static var type: UInt32 { TypeID.bytea }
  static var arrayType: UInt32 { TypeID.byteaArray }
  func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: self) }
}

extension UUIDValue: BinaryValue {
  static var type: UInt32 { TypeID.uuid }
  static var arrayType: UInt32 { TypeID.uuidArray }
  func write(to bytes: inout [UInt8]) {
    bytes.append(bigEndian: high)
    bytes.append(bigEndian: low)
  }
}

extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }
}

/// The parameters of one execution as libpq wants them: parallel arrays over one run of bytes.
struct EncodedParameters {
  private(set) var types: [UInt32] = []
  private var offsets: [Int?] = []
  private var lengths: [Int32] = []
  private var bytes: [UInt8] = []

  /// Throws `.invalidInput` for a value of 2 GiB and more, which the protocol cannot carry.
  init(_ parameters: [Parameter]) throws(DatabaseError) {
    guard !parameters.isEmpty else { return }
    for parameter in parameters {
      let start = bytes.count
      let (type, isNull) = parameter.encode(into: &bytes)
      guard let length = Int32(exactly: bytes.count - start) else {
        throw DatabaseError(kind: .invalidInput, message: "a parameter of 2 GiB or more")
      }
      types.append(type)
      offsets.append(isNull ? nil : start)
      lengths.append(length)
    }
    // libpq reads a null pointer as NULL, and the address of no bytes at all may be null.
    bytes.append(0)
  }

  /// Calls `body` with the count, the values, their lengths and their formats, valid during the call.
  func withPointers<R>(
    _ body: (
      Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    guard !types.isEmpty else { return body(0, nil, nil, nil) }
    return bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { buffer in
        let values = offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) } }
        let binary = [Int32](repeating: 1, count: values.count)
        return body(Int32(values.count), values, lengths, binary)
      }
    }
  }
}

extension Parameter {
  /// Appends the value's bytes; nothing for NULL.
  fileprivate func encode(into bytes: inout [UInt8]) -> (type: UInt32, isNull: Bool) {
    switch self {
    case .bool(let value): bytes.encode(value)
    case .int2(let value): bytes.encode(value)
    case .int4(let value): bytes.encode(value)
    case .int8(let value): bytes.encode(value)
    case .double(let value):
      (TypeID.float8, bytes.encode(value.map { Int64(bitPattern: $0.bitPattern) }).isNull)
    case .text(let value): bytes.encode(value)
    case .bytes(let value): bytes.encode(value)
    case .uuid(let value): bytes.encode(value)
    // A jsonb opens with the version of its format.
    case .json(let value): (TypeID.jsonb, bytes.encode(value.map { "\u{1}" + $0 }).isNull)
    case .boolArray(let values): bytes.encode(array: values)
    case .int2Array(let values): bytes.encode(array: values)
    case .int4Array(let values): bytes.encode(array: values)
    case .int8Array(let values): bytes.encode(array: values)
    case .textArray(let values): bytes.encode(array: values)
    case .byteaArray(let values): bytes.encode(array: values)
    case .uuidArray(let values): bytes.encode(array: values)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func encode<T: BinaryValue>(_ value: T?) -> (type: UInt32, isNull: Bool) {
    value?.write(to: &self)
    return (T.type, value == nil)
  }

  /// An array is: dimensions, whether NULLs occur, element type, then length and lower bound of each dimension,
  /// then every element behind its length, -1 for NULL. An empty array has no dimension.
  fileprivate mutating func encode<T: BinaryValue>(array: [T?]?) -> (type: UInt32, isNull: Bool) {
    guard let array else { return (T.arrayType, true) }
    append(bigEndian: Int32(array.isEmpty ? 0 : 1))
    append(bigEndian: Int32(array.contains { $0 == nil } ? 1 : 0))
    append(bigEndian: T.type)
    guard !array.isEmpty else { return (T.arrayType, false) }
    append(bigEndian: UInt32(truncatingIfNeeded: array.count))
    append(bigEndian: Int32(1))
    for element in array {
      let lengthAt = count
      append(bigEndian: Int32(-1))
      guard let element else { continue }
      element.write(to: &self)
      // An element too long for its length makes the whole too long, which the caller refuses.
      let length = UInt32(truncatingIfNeeded: count - lengthAt - 4)
      Swift.withUnsafeBytes(of: length.bigEndian) { replaceSubrange(lengthAt..<lengthAt + 4, with: $0) }
    }
    return (T.arrayType, false)
  }
}

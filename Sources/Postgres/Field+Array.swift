extension Field {
  var int64Array: [Int64]? {
    array(of: TypeID.int8Array, TypeID.int4Array, TypeID.int2Array) { $0.int64 }
  }

  var textArray: [String]? {
    array(of: TypeID.textArray, TypeID.varcharArray, TypeID.nameArray) { $0.text }
  }

  var byteaArray: [[UInt8]]? {
    array(of: TypeID.byteaArray) { Array($0.bytes) }
  }

  /// The elements, or `nil` if this is none of `types`, has several dimensions, or an element is NULL.
  private func array<T>(of types: UInt32..., read: (Field) -> T?) -> [T]? {
    guard types.contains(type) else { return nil }
    var rest = bytes[...]
    func take(_ count: Int) -> UnsafeRawBufferPointer? {
      guard count >= 0, count <= rest.count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }
    func takeInt32() -> Int32? {
      take(4).map { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
    }

    guard let dimensions = takeInt32(), takeInt32() != nil, let element = takeInt32() else { return nil }
    if dimensions == 0, rest.isEmpty { return [] }
    guard dimensions == 1, let count = takeInt32(), takeInt32() != nil else { return nil }
    var values: [T] = []
    for _ in 0..<max(count, 0) {
      // The length of a NULL is -1.
      guard let length = takeInt32(), let bytes = take(Int(length)),
        let value = read(Field(type: UInt32(bitPattern: element), bytes: bytes))
      else { return nil }
      values.append(value)
    }
    return rest.isEmpty ? values : nil
  }
}

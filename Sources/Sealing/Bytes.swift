internal import CSealing

/// What libcrypto made, as an array; nil where it could not. Its own copy is wiped.
func taken(_ made: csealing_bytes) -> [UInt8]? {
  guard let bytes = made.bytes else { return nil }
  defer { csealing_free(made) }
  return Array(UnsafeBufferPointer(start: bytes, count: made.count))
}

/// The SHA-256 of bytes: 32 of them.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
    csealing_sha256(bytes, bytes.count, buffer.baseAddress)
    count = 32
  }
}

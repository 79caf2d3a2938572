// Keys that are absent while their value is the default: a default that is spelt out would make
// equal definitions different objects.

extension KeyedDecodingContainer {
  func decode<Value: Decodable>(forKey key: Key, else usual: Value) throws -> Value {
    try decodeIfPresent(Value.self, forKey: key) ?? usual
  }
}

extension KeyedEncodingContainer {
  mutating func encode<Value: Encodable & Equatable>(_ value: Value, forKey key: Key, unless usual: Value)
    throws
  {
    if value != usual { try encode(value, forKey: key) }
  }
}

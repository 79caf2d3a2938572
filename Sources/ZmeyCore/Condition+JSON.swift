extension Condition: Codable {
  /// Reads a word (`"success"`) or an array that begins with what it asks for: `["exit_code", "==", 3]`,
  /// `["and", …]`.
  public init(from decoder: any Decoder) throws {
    if let word = try? decoder.singleValueContainer().decode(String.self) {
      guard let known = Self.words.first(where: { $0.word == word }) else {
        throw Self.unknown(word, decoder.codingPath)
      }
      self = known.condition
      return
    }
    var list = try decoder.unkeyedContainer()
    let head = try list.decode(String.self)
    switch head {
    case "not": self = .not(try list.decode(Condition.self))
    case "and": self = .and(try Self.parts(&list))
    case "or": self = .or(try Self.parts(&list))
    case "exit_code": self = try Self.exitCode(&list)
    case "result": self = try Self.result(&list)
    default: throw Self.unknown(head, list.codingPath)
    }
    guard list.isAtEnd else {
      throw DecodingError.dataCorruptedError(
        in: list, debugDescription: "'\(head)' of a condition has too much behind it")
    }
  }

  /// Writes what `init(from:)` reads, in the canonical form.
  public func encode(to encoder: any Encoder) throws { try canonical.write(to: encoder) }

  private func write(to encoder: any Encoder) throws {
    switch self {
    case .success, .failure, .always:
      var container = encoder.singleValueContainer()
      try container.encode(description)
    case .exitCode(let comparison, let code):
      var list = encoder.unkeyedContainer()
      try list.encode(contentsOf: ["exit_code", comparison.rawValue])
      try list.encode(code)
    case .exitCodeIn(let codes):
      var list = encoder.unkeyedContainer()
      try list.encode(contentsOf: ["exit_code", "in"])
      try list.encode(codes)
    case .resultText(let test, let text):
      var list = encoder.unkeyedContainer()
      try list.encode(contentsOf: ["result", test.rawValue, text])
    case .resultNumber(let comparison, let number):
      var list = encoder.unkeyedContainer()
      try list.encode(contentsOf: ["result", comparison.rawValue])
      try list.encode(number)
    case .not(let part): try Self.write("not", [part], to: encoder)
    case .and(let parts): try Self.write("and", parts, to: encoder)
    case .or(let parts): try Self.write("or", parts, to: encoder)
    }
  }

  private static func write(_ head: String, _ parts: [Condition], to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    try list.encode(head)
    for part in parts { try part.write(to: list.superEncoder()) }
  }

  private static func parts(_ list: inout any UnkeyedDecodingContainer) throws -> [Condition] {
    var parts = [try list.decode(Condition.self)]
    while !list.isAtEnd { parts.append(try list.decode(Condition.self)) }
    return parts
  }

  private static func exitCode(_ list: inout any UnkeyedDecodingContainer) throws -> Condition {
    let word = try list.decode(String.self)
    if word == "in" {
      let codes = try list.decode([Int].self)
      guard !codes.isEmpty else {
        throw DecodingError.dataCorruptedError(in: list, debugDescription: "an exit code in an empty list")
      }
      return .exitCodeIn(codes)
    }
    guard let comparison = Comparison(rawValue: word) else { throw unknown(word, list.codingPath) }
    return .exitCode(comparison, try list.decode(Int.self))
  }

  private static func result(_ list: inout any UnkeyedDecodingContainer) throws -> Condition {
    let word = try list.decode(String.self)
    if let number = try? list.decode(Double.self) {
      guard let comparison = Comparison(rawValue: word) else { throw unknown(word, list.codingPath) }
      return .resultNumber(comparison, number)
    }
    guard let test = TextTest(rawValue: word) else { throw unknown(word, list.codingPath) }
    return .resultText(test, try list.decode(String.self))
  }

  private static func unknown(_ word: String, _ path: [any CodingKey]) -> DecodingError {
    .dataCorrupted(.init(codingPath: path, debugDescription: "'\(word)' is nothing that a condition knows"))
  }
}

internal import FoundationEssentials
internal import Postgres
internal import ZmeyCore

extension LaunchSettings {
  /// Reads a column of JSON, which is null for nothing special.
  init(_ row: borrowing Row, _ column: Int) throws(DatabaseError) {
    self = try Self.decode(row, column) ?? LaunchSettings()
  }

  /// Reads a column with an object of strings, which is null for none.
  static func environment(_ row: borrowing Row, _ column: Int) throws(DatabaseError) -> [String: String] {
    try decode(row, column) ?? [:]
  }

  private static func decode<T: Decodable>(_ row: borrowing Row, _ column: Int) throws(DatabaseError) -> T? {
    guard let text = try row.textOrNil(column) else { return nil }
    do {
      return try JSONDecoder().decode(T.self, from: Data(text.utf8))
    } catch {
      // The table's constraints let nothing else in.
      throw DatabaseError(kind: .decoding, message: "settings of a program that this release does not know")
    }
  }
}

extension Want {
  init(_ row: borrowing Row, _ column: Int) throws(DatabaseError) {
    guard let want = UInt8(exactly: try row.int16(column)).flatMap(Want.init(rawValue:)) else {
      throw DatabaseError(kind: .decoding, message: "a want that this program does not know")
    }
    self = want
  }
}

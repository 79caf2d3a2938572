extension Row {
  /// Reads a `boolean`.
  public borrowing func bool(_ column: Int) throws(DatabaseError) -> Bool {
    try decode(column, as: "bool") { $0.bool }
  }

  /// Reads a `boolean`; `nil` for NULL.
  public borrowing func boolOrNil(_ column: Int) throws(DatabaseError) -> Bool? {
    try decodeOrNil(column, as: "bool") { $0.bool }
  }

  /// Reads a `smallint`.
  public borrowing func int16(_ column: Int) throws(DatabaseError) -> Int16 {
    try decode(column, as: "int16") { $0.int16 }
  }

  /// Reads a `smallint`; `nil` for NULL.
  public borrowing func int16OrNil(_ column: Int) throws(DatabaseError) -> Int16? {
    try decodeOrNil(column, as: "int16") { $0.int16 }
  }

  /// Reads an `integer` or `smallint`.
  public borrowing func int32(_ column: Int) throws(DatabaseError) -> Int32 {
    try decode(column, as: "int32") { $0.int32 }
  }

  /// Reads an `integer` or `smallint`; `nil` for NULL.
  public borrowing func int32OrNil(_ column: Int) throws(DatabaseError) -> Int32? {
    try decodeOrNil(column, as: "int32") { $0.int32 }
  }

  /// Reads a `bigint`, `integer` or `smallint`.
  public borrowing func int64(_ column: Int) throws(DatabaseError) -> Int64 {
    try decode(column, as: "int64") { $0.int64 }
  }

  /// Reads a `bigint`, `integer` or `smallint`; `nil` for NULL.
  public borrowing func int64OrNil(_ column: Int) throws(DatabaseError) -> Int64? {
    try decodeOrNil(column, as: "int64") { $0.int64 }
  }

  /// Reads a `double precision` or `real`.
  public borrowing func double(_ column: Int) throws(DatabaseError) -> Double {
    try decode(column, as: "double") { $0.double }
  }

  /// Reads a `double precision` or `real`; `nil` for NULL.
  public borrowing func doubleOrNil(_ column: Int) throws(DatabaseError) -> Double? {
    try decodeOrNil(column, as: "double") { $0.double }
  }

  /// Reads a `text`, `varchar`, `char(n)`, `name`, `json` or `jsonb`.
  public borrowing func text(_ column: Int) throws(DatabaseError) -> String {
    try decode(column, as: "text") { $0.text }
  }

  /// Reads a `text`, `varchar`, `char(n)`, `name`, `json` or `jsonb`; `nil` for NULL.
  public borrowing func textOrNil(_ column: Int) throws(DatabaseError) -> String? {
    try decodeOrNil(column, as: "text") { $0.text }
  }

  /// Reads a `bytea`.
  public borrowing func bytes(_ column: Int) throws(DatabaseError) -> [UInt8] {
    try decode(column, as: "bytea") { $0.bytea }
  }

  /// Reads a `bytea`; `nil` for NULL.
  public borrowing func bytesOrNil(_ column: Int) throws(DatabaseError) -> [UInt8]? {
    try decodeOrNil(column, as: "bytea") { $0.bytea }
  }

  /// Reads a `uuid`.
  public borrowing func uuid(_ column: Int) throws(DatabaseError) -> UUIDValue {
    try decode(column, as: "uuid") { $0.uuid }
  }

  /// Reads a `uuid`; `nil` for NULL.
  public borrowing func uuidOrNil(_ column: Int) throws(DatabaseError) -> UUIDValue? {
    try decodeOrNil(column, as: "uuid") { $0.uuid }
  }

  /// Reads a `timestamptz`, in microseconds since 1970-01-01 UTC;
  /// `Int64.max` and `.min` for `infinity` and `-infinity`.
  public borrowing func microseconds(_ column: Int) throws(DatabaseError) -> Int64 {
    try decode(column, as: "microseconds") { $0.microseconds }
  }

  /// Reads a `timestamptz`, in microseconds since 1970-01-01 UTC;
  /// `Int64.max` and `.min` for `infinity` and `-infinity`; `nil` for NULL.
  public borrowing func microsecondsOrNil(_ column: Int) throws(DatabaseError) -> Int64? {
    try decodeOrNil(column, as: "microseconds") { $0.microseconds }
  }

  /// Reads a `bigint[]`, `integer[]` or `smallint[]` of one dimension, without NULLs.
  public borrowing func int8Array(_ column: Int) throws(DatabaseError) -> [Int64] {
    try decode(column, as: "int64Array") { $0.int64Array }
  }

  /// Reads a `bigint[]`, `integer[]` or `smallint[]` of one dimension, without NULLs; `nil` for NULL.
  public borrowing func int8ArrayOrNil(_ column: Int) throws(DatabaseError) -> [Int64]? {
    try decodeOrNil(column, as: "int64Array") { $0.int64Array }
  }

  /// Reads a `text[]`, `varchar[]` or `name[]` of one dimension, without NULLs.
  public borrowing func textArray(_ column: Int) throws(DatabaseError) -> [String] {
    try decode(column, as: "textArray") { $0.textArray }
  }

  /// Reads a `text[]`, `varchar[]` or `name[]` of one dimension, without NULLs; `nil` for NULL.
  public borrowing func textArrayOrNil(_ column: Int) throws(DatabaseError) -> [String]? {
    try decodeOrNil(column, as: "textArray") { $0.textArray }
  }

  /// Reads a `bytea[]` of one dimension, without NULLs; `nil` for NULL.
  public borrowing func byteaArrayOrNil(_ column: Int) throws(DatabaseError) -> [[UInt8]]? {
    try decodeOrNil(column, as: "byteaArray") { $0.byteaArray }
  }

  /// Calls `body` with the bytes of a `bytea`, uncopied.
  public borrowing func withBytes<T>(
    _ column: Int, _ body: (RawSpan) throws -> T
  ) throws -> T {
    let bytes = try decode(column, as: "bytea") { $0.type == TypeID.bytea ? $0.bytes : nil }
    return try body(bytes.bytes)
  }
}

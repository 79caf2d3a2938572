/// A value for `$1`, `$2` … of a statement, sent in PostgreSQL's binary format with its type.
///
/// `nil` is NULL, and still says its type: a statement is prepared with the types of its first use, so an
/// untyped NULL there would leave the server to guess. Timestamps, intervals and types of the schema travel as
/// `.text` and are cast in SQL: `$1::timestamptz`. Without the cast `$1` would be a `text`.
public enum Parameter: Sendable {
  /// A `boolean`.
  case bool(Bool?)
  /// A `smallint`.
  case int2(Int16?)
  /// An `integer`.
  case int4(Int32?)
  /// A `bigint`.
  case int8(Int64?)
  /// A `double precision`.
  case double(Double?)
  /// A `text`. A NUL in it is refused by the server as invalid input.
  case text(String?)
  /// A `bytea`.
  case bytes([UInt8]?)
  /// A `uuid`.
  case uuid(UUIDValue?)
  /// A `jsonb`, written as JSON text.
  case json(String?)
  /// A `boolean[]`, whose elements may be NULL.
  case boolArray([Bool?]?)
  /// A `smallint[]`, whose elements may be NULL.
  case int2Array([Int16?]?)
  /// An `integer[]`, whose elements may be NULL.
  case int4Array([Int32?]?)
  /// A `bigint[]`, whose elements may be NULL.
  case int8Array([Int64?]?)
  /// A `text[]`, whose elements may be NULL.
  case textArray([String?]?)
  /// A `bytea[]`, whose elements may be NULL.
  case byteaArray([[UInt8]?]?)
  /// A `uuid[]`, whose elements may be NULL.
  case uuidArray([UUIDValue?]?)
}

extension Parameter: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral
{
  /// A `bigint`.
  public init(integerLiteral value: Int64) { self = .int8(value) }
  /// A `double precision`.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A `text`.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A `boolean`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

public import Postgres

extension People {
  /// A secret of the caller's: everything but its value, which nobody reads back.
  public struct Secret: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// When it was set last, in UTC.
    public let updatedAt: String
    /// The schedulers that cannot open it.
    public let closedTo: [String]
  }

  /// A scheduler for which secrets are sealed, or would be if it had a certificate.
  public struct Sealer: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its certificate (X.509, DER); nil if it was started without one, or never.
    public let certificate: [UInt8]?
  }

  /// The caller's secrets by name.
  public static func secrets(_ session: borrowing Session) throws -> [Secret] {
    try session.query(
      Statement(
        "secret_views",
        "select name, \(iso("updated_at")), closed_to from zm_api.secret where owner = session_user order by name"
      )
    ).map { row throws(DatabaseError) in
      Secret(name: try row.text(0), updatedAt: try row.text(1), closedTo: try row.textArray(2))
    }
  }

  /// All schedulers, in the order in which they were added.
  public static func sealers(_ session: borrowing Session) throws -> [Sealer] {
    try session.query(Statement("sealers", "select name, certificate from zm_api.scheduler order by id"))
      .map { row throws(DatabaseError) in
        Sealer(name: try row.text(0), certificate: try row.bytesOrNil(1))
      }
  }

  /// Sets a secret of the caller's, which may be new.
  ///
  /// - Parameters:
  ///   - sealed: its value in an envelope (DER).
  ///   - recipients: the SHA-256 of each certificate that the envelope is for.
  public static func setSecret(
    _ name: String, sealed: [UInt8], recipients: [[UInt8]], _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("secret_set", "select zm_api.secret_set($1, $2, $3)"),
      [.text(name), .bytes(sealed), .byteaArray(recipients)])
  }

  /// Removes a secret of the caller's.
  public static func removeSecret(_ name: String, _ session: borrowing Session) throws {
    try session.execute(Statement("secret_remove", "select zm_api.secret_remove($1)"), [.text(name)])
  }
}

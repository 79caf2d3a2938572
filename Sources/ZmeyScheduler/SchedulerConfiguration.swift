public import Sealing
public import ZmeyLink

/// What a scheduler is told by its flags.
public struct SchedulerConfiguration: Sendable {
  /// The name that it is registered by.
  public var name: String
  /// Where it listens (`-la`).
  public var listen: LinkAddress
  /// Where its workers reach it (`-ra`), if that is another address.
  public var remote: String?
  /// The database (`-db`), as libpq takes it.
  public var database: String
  /// After how long a silent worker's tasks are given up (`-cw`).
  public var giveUpAfter: Duration
  /// How often the database is told how the workers are (`-pb`).
  public var pulsePeriod: Duration
  /// The key that it proves itself by and that opens secrets (`--identity`); nil without one.
  public var identity: Identity?
  /// Where it runs, for people.
  public var host: String
  /// Which release it is.
  public var release: String
  /// Reads the rules of a time zone (TZif) by its name; nil if this machine does not know it.
  public var readZone: @Sendable (String) -> [UInt8]?

  /// A configuration of those parts.
  public init(
    name: String, listen: LinkAddress, remote: String?, database: String, giveUpAfter: Duration,
    pulsePeriod: Duration, host: String, release: String,
    readZone: @escaping @Sendable (String) -> [UInt8]?
  ) {
    self.name = name
    self.listen = listen
    self.remote = remote
    self.database = database
    self.giveUpAfter = giveUpAfter
    self.pulsePeriod = pulsePeriod
    self.host = host
    self.release = release
    self.readZone = readZone
  }
}

internal import FoundationEssentials
internal import Glibc
internal import Processes
public import ZmeyCore

/// Where a private instance keeps everything.
///
///     instance.json   which daemons belong to it, and the addresses of its schedulers
///     postgres/       the database's files
///     run/            the database's socket and the pid files
///     log/            one file a process
///     workers/NAME/   each worker's folder
public struct InstanceFolder: Sendable {
  /// The folder, absolute.
  public let path: String

  /// The folder given, or this user's own: `/var/lib/zmey` for root (whose home is closed to the user that the
  /// database runs as), else `$XDG_DATA_HOME/zmey` or `~/.local/share/zmey`.
  public init(_ path: String?) {
    if let path {
      self.path = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    } else if getuid() == 0 {
      self.path = "/var/lib/zmey"
    } else {
      let data = Self.variable("XDG_DATA_HOME") ?? "\(Self.variable("HOME") ?? "/tmp")/.local/share"
      self.path = "\(data)/zmey"
    }
  }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  var data: String { "\(path)/postgres" }
  var logs: String { "\(path)/log" }
  var description: String { "\(path)/instance.json" }
  func log(_ name: String) -> String { "\(logs)/\(name).log" }
  func identity(_ name: String) -> String { "\(path)/\(name).pem" }
  func pidFile(_ name: String) -> String { "\(path)/run/\(name).pid" }
  func worker(_ name: String) -> String { "\(path)/workers/\(name)" }

  /// The folder of the database's socket. A socket's path has at most 107 bytes; for a folder too deep a short
  /// path in /tmp stands in, named after the folder.
  var socket: String {
    guard hasSocketElsewhere else { return "\(path)/run" }
    // FNV-1a: the same name each time, whatever the process.
    let hash = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return "/tmp/zmey-\(getuid())-\(String(hash, radix: 36))"
  }

  var hasSocketElsewhere: Bool { "\(path)/run/.s.PGSQL.5432".utf8.count > 107 }

  /// How tools of that role reach the database.
  ///
  /// - Parameters:
  ///   - role: the PostgreSQL role; nil for the one named like this user.
  ///   - database: nil for zmey's own.
  public func conninfo(role: String? = nil, database: String? = nil) -> String {
    "host='\(socket)' dbname='\(database ?? Self.database)' user='\(role ?? Self.operatorName())'"
  }

  static let database = "zmey"
  static let superuser = "postgres"
  static let daemonRole = "zm_daemon"

  /// This user's name: the operator's role.
  static func operatorName() -> String {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid\(getuid())"
  }
}

/// The connection rule of every tool: the flag, else `$ZM_DB`, else libpq's own environment if any of it is set,
/// else this user's private instance.
public enum DatabaseAddress {
  private static let variables = [
    "PGSERVICE", "PGSERVICEFILE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER",
  ]

  /// What to hand to libpq; empty for its environment.
  ///
  /// - Throws: `InstanceError` if nothing is named and there is no instance.
  public static func resolve(_ flag: String?) throws(InstanceError) -> String {
    if let named = flag ?? InstanceFolder.variable("ZM_DB") { return named }
    if variables.contains(where: { InstanceFolder.variable($0) != nil }) { return "" }
    let folder = InstanceFolder(nil)
    guard FileManager.default.fileExists(atPath: folder.description) else {
      throw InstanceError(
        .unreachable,
        "no database is named and \(folder.path) holds none: run 'zmctl up', or give --db CONNINFO")
    }
    return folder.conninfo()
  }
}

/// What is wrong with a private instance, in a sentence that says what to do.
public struct InstanceError: ReportedError, CustomStringConvertible {
  /// The sentence.
  public let report: String
  /// With what a tool ends.
  public let exitStatus: ExitStatus

  init(_ status: ExitStatus, _ report: String) {
    exitStatus = status
    self.report = report
  }

  /// The sentence.
  public var description: String { report }
}

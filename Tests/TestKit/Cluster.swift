import Foundation
import Glibc

/// The folder of one server: its data, its socket, and who owns them.
///
/// The folder's name tells which process it belongs to; those of dead processes are swept when the first is made,
/// since nothing runs at the exit of a process that is killed.
struct Cluster: Sendable {
  let folder: String
  let binaries: String
  /// PostgreSQL refuses to run as root, so root becomes `postgres`.
  private let owner: (uid: uid_t, gid: gid_t)?

  var dataFolder: String { folder + "/data" }
  var socketFolder: String { folder }

  init() throws {
    _ = Self.sweep
    binaries = try Self.findBinaries()
    owner = try Self.findOwner()
    var template = Self.prefix + "\(getpid())-XXXXXX"
    folder = try template.withUTF8 { bytes in
      var path = bytes.map { CChar(bitPattern: $0) } + [0]
      guard mkdtemp(&path) != nil else { throw TestKitError("mkdtemp: \(String(cString: strerror(errno)))") }
      return path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }
    atExit(remove: folder)
    if let owner { chown(folder, owner.uid, owner.gid) }
    let status = try Child(
      command(
        "initdb",
        ["-D", dataFolder, "-U", "postgres", "--auth=trust", "-E", "UTF8"]
          + ["--locale=C.UTF-8", "--no-sync"])
    ).outcome()
    guard status.code == 0 else { throw TestKitError("initdb failed: \(status.output)") }
  }

  /// The command line that runs a program of PostgreSQL as the owner, to be told to quit when the thread that
  /// started it ends. A change of user clears that wish, so setpriv utters it after the change.
  func command(_ program: String, _ arguments: [String]) -> [String] {
    var command = ["/usr/bin/setpriv", "--pdeathsig", "QUIT"]
    if let owner {
      command += ["--reuid", "\(owner.uid)", "--regid", "\(owner.gid)", "--clear-groups"]
    }
    return command + ["--", "\(binaries)/\(program)"] + arguments
  }

  private static let prefix = FileManager.default.temporaryDirectory.path + "/postgres-test-"

  private static let sweep: Void = {
    let parent = FileManager.default.temporaryDirectory.path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
      let path = "\(parent)/\(name)"
      guard path.hasPrefix(prefix), let pid = pid_t(path.dropFirst(prefix.count).prefix { $0 != "-" }),
        Glibc.kill(pid, 0) == -1, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: path)
    }
  }()

  private static func findBinaries() throws -> String {
    let debian = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders =
      versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map {
        "\(debian)/\($0)/bin"
      }
      + path.split(separator: ":").map(String.init)
    guard let folder = folders.first(where: { access("\($0)/postgres", X_OK) == 0 }) else {
      throw TestKitError("no PostgreSQL server in \(debian) or PATH: install postgresql")
    }
    return folder
  }

  private static func findOwner() throws -> (uid_t, gid_t)? {
    guard geteuid() == 0 else { return nil }
    guard let entry = getpwnam("postgres") else { throw TestKitError("there is no user postgres") }
    return (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }
}

/// Why there is no server to test with.
struct TestKitError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

internal import FoundationEssentials
internal import Glibc
internal import Processes
internal import ZmeyCore

/// The private PostgreSQL: one cluster, a Unix socket, peer authentication, no TCP port.
struct PrivateServer {
  let folder: InstanceFolder
  private let programs: String
  private let user: UserIdentity?
  private let userName: String

  /// - Throws: `InstanceError` if PostgreSQL is not installed, or there is nobody for the server to run as.
  init(_ folder: InstanceFolder) throws(InstanceError) {
    self.folder = folder
    programs = try Self.findPrograms()
    guard getuid() == 0 else {
      user = nil
      userName = InstanceFolder.operatorName()
      return
    }
    // PostgreSQL refuses to run as root.
    guard let entry = getpwnam("postgres") else {
      throw InstanceError(
        .refused, "the database may not run as root and there is no user 'postgres': install postgresql")
    }
    user = UserIdentity(userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
    userName = "postgres"
  }

  /// The newest installed server: Debian's folders, then the PATH.
  private static func findPrograms() throws(InstanceError) -> String {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init)
      .sorted()
    let path = (InstanceFolder.variable("PATH") ?? "").split(separator: ":").map(String.init)
    for candidate in versions.reversed().map({ "\(root)/\($0)/bin" }) + path
    where access("\(candidate)/initdb", X_OK) == 0 && access("\(candidate)/pg_ctl", X_OK) == 0 {
      return candidate
    }
    throw InstanceError(.refused, "PostgreSQL's server is not installed: apt-get install postgresql")
  }

  /// Whether it runs. Read from /proc: a server that was killed may stay a zombie for a while, and pg_ctl takes a
  /// zombie for alive.
  var isRunning: Bool {
    guard let pid = processID, let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else {
      return false
    }
    let fields = String(decoding: stat, as: UTF8.self).split(separator: ")")
    return fields.first?.hasSuffix("(postgres") == true && fields.last?.hasPrefix(" Z") == false
  }

  /// Makes the cluster if there is none, and starts the server if it does not run.
  ///
  /// - Returns: whether it was started.
  /// - Throws: `InstanceError` with the last line of what PostgreSQL said.
  func start() throws(InstanceError) -> Bool {
    try prepareFolders()
    if access("\(folder.data)/PG_VERSION", F_OK) != 0 { try initialize() }
    if isRunning { return false }
    try writeConfiguration()
    let log = folder.log("postgres")
    // Backends of a server that was killed hold its shared memory until they notice, which takes them a moment.
    var attempt: CompletedRun
    var tries = 0
    repeat {
      if tries > 0 { usleep(300_000) }
      attempt = try run("pg_ctl", ["-D", folder.data, "-l", log, "-w", "-t", "60", "start"])
      tries += 1
    } while attempt.status != .exited(0) && tries < 20
    try check(attempt, "start the database", log: log)
    return true
  }

  /// Stops it; open connections are closed.
  ///
  /// - Returns: whether it ran.
  func stop() throws(InstanceError) -> Bool {
    guard isRunning else { return false }
    try check(
      try run("pg_ctl", ["-D", folder.data, "-m", "fast", "-w", "-t", "60", "stop"]), "stop the database",
      log: folder.log("postgres"))
    return true
  }

  /// The process number of the server's first process.
  var processID: Int32? {
    FileManager.default.contents(atPath: "\(folder.data)/postmaster.pid")
      .map { String(decoding: $0, as: UTF8.self) }?.split(separator: "\n").first.flatMap { Int32($0) }
  }

  private func prepareFolders() throws(InstanceError) {
    try make(folder.path, 0o711)
    // The folder was given to us; who runs the database must be able to pass it.
    if user != nil { chmod(folder.path, 0o711) }
    try make("\(folder.path)/run", 0o755)
    try make(folder.socket, 0o755)
    try checkSocketFolder()
    try make(folder.logs, 0o755)
    try make("\(folder.path)/workers", 0o711)
    if let user {
      for path in [folder.socket, folder.logs] { chown(path, user.userID, user.groupID) }
      var probe = Program(path: "/usr/bin/test", arguments: ["test", "-x", folder.path])
      probe.user = user
      guard (try? runToEnd(probe))?.status == .exited(0) else {
        throw InstanceError(
          .refused,
          "the database runs as '\(userName)', which may not enter \(folder.path): choose a --dir that everyone may pass"
        )
      }
    }
  }

  /// One in /tmp may have been made before by somebody who wants to be taken for the database.
  private func checkSocketFolder() throws(InstanceError) {
    guard folder.hasSocketElsewhere else { return }
    do {
      try PrivateFolder.check(folder.socket, owners: [getuid(), user?.userID ?? getuid(), 0])
    } catch {
      throw InstanceError(
        .refused,
        "the database's socket cannot be in \(folder.socket): \(error); choose a --dir that is less deep")
    }
  }

  private func make(_ path: String, _ mode: mode_t) throws(InstanceError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: Int(mode)])
    } catch {
      throw InstanceError(.refused, "cannot make the folder \(path): \(String(cString: strerror(errno)))")
    }
  }

  private func initialize() throws(InstanceError) {
    // Under another name until it is whole: a power cut in the middle leaves nothing that looks like a cluster.
    let part = "\(folder.data).part"
    try? FileManager.default.removeItem(atPath: part)
    try make(part, 0o700)
    if let user { chown(part, user.userID, user.groupID) }
    let arguments = [
      "-D", part, "-U", InstanceFolder.superuser, "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer",
      "--data-checksums",
    ]
    try check(try run("initdb", arguments), "make the database", log: nil)
    guard rename(part, folder.data) == 0 else {
      throw InstanceError(.failed, "cannot make \(folder.data): \(String(cString: strerror(errno)))")
    }
  }

  /// Ours alone, written at each start, so a new release brings its own settings.
  private func writeConfiguration() throws(InstanceError) {
    let caller = InstanceFolder.operatorName()
    let settings = """
      # Written by zmctl up at each start. Yours go into postgresql.conf, after the line that includes this file.
      listen_addresses = ''
      unix_socket_directories = '\(folder.socket)'
      max_connections = 300
      shared_buffers = 128MB
      # Hundreds of small statements a second: compiling them costs more than it saves.
      jit = off
      max_wal_size = 2GB
      checkpoint_timeout = 15min
      log_line_prefix = '%m %p %u@%d %a '
      timezone = 'UTC'

      """
    // The operating system says who calls: everyone may be the role of their own name, and whoever called
    // 'zmctl up' may also administer the server and run the schedulers.
    let map = """
      zmey "\(caller)" "\(InstanceFolder.superuser)"
      zmey "\(caller)" "\(InstanceFolder.daemonRole)"
      zmey "\(userName)" "\(InstanceFolder.superuser)"
      zmey /^(.*)$ "\\1"

      """
    try write(settings, "zmey.conf")
    try write(map, "pg_ident.conf")
    try write("local all all peer map=zmey\n", "pg_hba.conf")
    let main = "\(folder.data)/postgresql.conf"
    let text = FileManager.default.contents(atPath: main).map { String(decoding: $0, as: UTF8.self) } ?? ""
    if !text.contains("include 'zmey.conf'") {
      try write(text + "\ninclude 'zmey.conf'\n", "postgresql.conf")
    }
  }

  private func write(_ text: String, _ name: String) throws(InstanceError) {
    let path = "\(folder.data)/\(name)"
    guard (try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)) != nil else {
      throw InstanceError(.failed, "cannot write \(path)")
    }
    chmod(path, 0o600)
    if let user { chown(path, user.userID, user.groupID) }
  }

  private func run(_ name: String, _ arguments: [String]) throws(InstanceError) -> CompletedRun {
    var program = Program(
      path: "\(programs)/\(name)", arguments: [name] + arguments,
      environment: ["PATH": "\(programs):/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"])
    program.user = user
    program.workingDirectory = "/"
    do {
      return try runToEnd(program)
    } catch {
      throw InstanceError(.failed, "cannot run \(programs)/\(name): \(error)")
    }
  }

  private func check(_ run: CompletedRun, _ what: String, log: String?) throws(InstanceError) {
    guard run.status != .exited(0) else { return }
    let said = String(decoding: run.standardError, as: UTF8.self).split(separator: "\n").last.map(String.init)
    throw InstanceError(
      .failed, "cannot \(what): \(said ?? "no reason given")\(log.map { " (see \($0))" } ?? "")")
  }
}

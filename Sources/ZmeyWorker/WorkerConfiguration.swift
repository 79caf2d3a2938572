public import ZmeyDaemon
public import ZmeyLink

/// What a worker is told by its flags.
public struct WorkerConfiguration: Sendable {
  /// The name that it is registered by (`-la`).
  public var name: String
  /// Where its scheduler listens (`-sa`).
  public var scheduler: LinkAddress
  /// What it shows to people as its place (`-ra`); the host's name if nothing is said.
  public var host: String
  /// The folder for scripts, working folders and the spool (`-dt`).
  public var folder: String
  /// How often a percentage is reported (`-pt`).
  public var progressPeriod: Duration
  /// How often the scheduler is pinged (`-st`).
  public var pingPeriod: Duration
  /// How long a stopped worker waits for what it runs.
  public var drain: Duration
  /// Which release it is.
  public var release: String
  /// The file of what it proves itself by (`--credential`); nil for none, and no TLS.
  public var credentialFile: String?
  /// The users that tasks may ask to run as, beside the worker's own.
  public var allowedUsers: Set<String> = []
  /// Whom tasks run as that ask for no user; nil for the worker's own.
  public var taskUser: String?
  /// Whether tasks that ask for no user may run as root.
  public var isRootAllowed = false
  /// How the processes of a task are held together.
  public var trees = TaskTrees.auto
  /// The name under which the program starts itself as the keeper of its tasks; nil for none, as in a program that
  /// is more than a worker.
  public var keeper: String?

  /// A configuration of those parts.
  public init(
    name: String, scheduler: LinkAddress, host: String, folder: String, progressPeriod: Duration,
    pingPeriod: Duration, drain: Duration, release: String
  ) {
    self.name = name
    self.scheduler = scheduler
    self.host = host
    self.folder = folder
    self.progressPeriod = progressPeriod
    self.pingPeriod = pingPeriod
    self.drain = drain
    self.release = release
  }

  /// What stands in its credential file now; nil if it has none.
  ///
  /// - Throws: `SecretFileError` if the file is not there, not private, or no credential.
  public func credential() throws(SecretFileError) -> LinkCredential? {
    guard let credentialFile else { return nil }
    guard let pem = try SecretFile.read(credentialFile) else {
      throw SecretFileError(credentialFile, "there is no such file")
    }
    do {
      return try LinkCredential(pem: pem)
    } catch {
      throw SecretFileError(credentialFile, error.description)
    }
  }
}

/// What to execute, and as whom.
///
/// Arguments and environment are bytes, for the kernel knows no encoding: only NUL cannot occur in them.
public struct Program: Sendable {
  /// The file to execute. It is not searched for in `PATH`; a relative path is seen from `workingDirectory`.
  public var path: String
  /// The argument vector, with the program's own name as first element.
  public var arguments: [[UInt8]]
  /// The whole environment as `NAME=value`; nothing is inherited.
  public var environment: [[UInt8]]
  /// The directory to start in, entered with the rights of `user`; nil inherits ours.
  public var workingDirectory: String?
  /// Whom to become; nil stays who we are. With a user the program can gain no privileges by exec either.
  public var user: UserIdentity?
  /// The nice value, -20 (eager) to 19 (modest); nil inherits ours.
  public var niceness: Int32?
  /// Resource limits, applied with our own rights before the change of user.
  public var limits: [ResourceLimit] = []
  /// The file mode creation mask; nil inherits ours.
  public var umask: UInt32?

  /// A program with arguments and environment as bytes.
  public init(path: String, arguments: [[UInt8]], environment: [[UInt8]] = []) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
  }

  /// A program with arguments and environment as text.
  public init(path: String, arguments: [String], environment: [String: String] = [:]) {
    self.init(
      path: path, arguments: arguments.map { Array($0.utf8) },
      environment: environment.map { Array("\($0.key)=\($0.value)".utf8) })
  }
}

/// The identity that a program runs under.
public struct UserIdentity: Sendable, Equatable {
  /// The user id, real, effective and saved.
  public var userID: UInt32
  /// The group id, real, effective and saved.
  public var groupID: UInt32
  /// The supplementary groups; empty means none, not ours.
  public var groups: [UInt32]

  /// An identity of these ids.
  public init(userID: UInt32, groupID: UInt32, groups: [UInt32] = []) {
    self.userID = userID
    self.groupID = groupID
    self.groups = groups
  }
}

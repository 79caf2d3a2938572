internal import Glibc
internal import Processes
public import ZmeyCore

extension WorkerConfiguration {
  /// Makes sure that it is said whom tasks run as, and that they can.
  ///
  /// - Throws: ``WorkerUserError`` if they would run as root and nobody has allowed it, or if there is no such user.
  public func checkUsers() throws {
    guard let taskUser else {
      if geteuid() == 0, !isRootAllowed {
        throw WorkerUserError(
          "tasks would run as root: start it with --task-user NAME to run them as that user, or with --allow-root"
        )
      }
      return
    }
    guard let account = try UserAccount.recent(named: taskUser) else {
      throw WorkerUserError("there is no user '\(taskUser)' (--task-user)")
    }
    if account.identity.userID == 0 {
      throw WorkerUserError("--task-user is root: if tasks are to run as root, start it with --allow-root")
    }
    if geteuid() != 0, account.identity.userID != geteuid() {
      throw WorkerUserError("--task-user takes a worker that runs as root")
    }
  }

  /// Whether tasks of other users than the worker's reach their working folders.
  var hasOtherUsers: Bool { !allowedUsers.isEmpty || taskUser != nil }

  /// Whom a task runs as; nil for the worker's own account.
  ///
  /// - Throws: `Unlaunchable` if this worker may not, or cannot, become that user.
  func account(for user: String?) throws(Unlaunchable) -> UserAccount? {
    guard let user = user ?? taskUser else { return nil }
    let isAllowed = allowedUsers.contains(user) || user == taskUser
    // Nobody gets root's rights because the worker happens to have them.
    guard isAllowed || geteuid() != 0 else { throw .notAllowed(user) }
    let account: UserAccount?
    do throws(SystemError) {
      account = try UserAccount.recent(named: user)
    } catch {
      throw Unlaunchable("this worker cannot look up the user '\(user)': \(error)")
    }
    guard let account else { throw Unlaunchable("there is no user '\(user)' on this worker") }
    if account.identity.userID == geteuid() { return nil }
    guard isAllowed else { throw .notAllowed(user) }
    guard geteuid() == 0 else {
      throw Unlaunchable("this worker cannot run tasks as '\(user)': it is not root")
    }
    return account
  }
}

/// What is wrong with the users that a worker is told, in a line.
public struct WorkerUserError: ReportedError, Hashable {
  /// The line.
  public let report: String
  /// The command line is wrong.
  public var exitStatus: ExitStatus { .usage }

  init(_ report: String) { self.report = report }
}

extension Unlaunchable {
  fileprivate static func notAllowed(_ user: String) -> Unlaunchable {
    Unlaunchable("this worker may not run tasks as '\(user)': start it with --allow-user \(user)")
  }
}

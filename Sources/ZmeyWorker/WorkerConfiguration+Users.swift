internal import Glibc
internal import Processes
internal import ZmeyCore

extension WorkerConfiguration {
  /// Whom a task runs as; nil for the worker's own account.
  ///
  /// - Throws: `Unlaunchable` if this worker may not, or cannot, become that user.
  func account(for user: String?) throws(Unlaunchable) -> UserAccount? {
    guard let user else { return nil }
    guard let account = UserAccount(named: user) else {
      throw Unlaunchable("there is no user '\(user)' on this worker")
    }
    if account.identity.userID == geteuid() { return nil }
    guard allowedUsers.contains(user) else {
      throw Unlaunchable("this worker may not run tasks as '\(user)': start it with --allow-user \(user)")
    }
    guard geteuid() == 0 else {
      throw Unlaunchable("this worker cannot run tasks as '\(user)': it is not root")
    }
    return account
  }
}

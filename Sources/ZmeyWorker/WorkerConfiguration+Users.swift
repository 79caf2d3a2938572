internal import Glibc
internal import Processes
internal import ZmeyCore

extension WorkerConfiguration {
  /// Whom a task runs as; nil for the worker's own account.
  ///
  /// - Throws: `Unlaunchable` if this worker may not, or cannot, become that user.
  func account(for user: String?) throws(Unlaunchable) -> UserAccount? {
    guard let user else { return nil }
    let isAllowed = allowedUsers.contains(user)
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

extension Unlaunchable {
  fileprivate static func notAllowed(_ user: String) -> Unlaunchable {
    Unlaunchable("this worker may not run tasks as '\(user)': start it with --allow-user \(user)")
  }
}

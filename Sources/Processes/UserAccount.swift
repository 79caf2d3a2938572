import Glibc

/// An account of the operating system, as its user database has it.
public struct UserAccount: Sendable, Equatable {
  /// The name to log in by.
  public let name: String
  /// User and groups, with all that it is a member of.
  public let identity: UserIdentity
  /// The home folder.
  public let home: String
  /// The login shell.
  public let shell: String

  /// The account of that name; nil if there is none.
  public init?(named name: String) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 * 1024)
    guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    var groups = [gid_t](repeating: 0, count: 64)
    var count = Int32(groups.count)
    // It says how many there are if they are more than there is room for.
    while getgrouplist(name, entry.pw_gid, &groups, &count) < 0 {
      groups = [gid_t](repeating: 0, count: max(Int(count), groups.count * 2))
      count = Int32(groups.count)
    }
    self.name = name
    identity = UserIdentity(
      userID: entry.pw_uid, groupID: entry.pw_gid, groups: Array(groups.prefix(Int(count))))
    home = String(cString: entry.pw_dir)
    shell = String(cString: entry.pw_shell)
  }
}

import Glibc
import Synchronization

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
  ///
  /// - Parameter room: how many bytes of text are expected at first.
  /// - Throws: ``SystemError`` if the database cannot be read.
  init?(named name: String, room: Int = 4096) throws(SystemError) {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: room)
    while true {
      let code = getpwnam_r(name, &entry, &buffer, buffer.count, &found)
      if found != nil { break }
      switch code {
      case EINTR: continue
      case ERANGE: buffer = [CChar](repeating: 0, count: buffer.count * 2)
      // That there is none is said in more than one way, see getpwnam_r(3).
      case 0, ENOENT, ESRCH, EBADF, EPERM: return nil
      default: throw SystemError("getpwnam_r \(name)", code: code)
      }
    }
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

extension UserAccount {
  private typealias Answer = (account: UserAccount?, time: ContinuousClock.Instant)

  private static let answers = Mutex<[String: Answer]>([:])

  /// The account of that name as it is or was some seconds ago, for the database may be a server elsewhere; nil if
  /// there is none.
  ///
  /// - Throws: ``SystemError`` if the database cannot be read.
  public static func recent(named name: String) throws(SystemError) -> UserAccount? {
    let now = ContinuousClock.now
    let answer = answers.withLock { answers in
      answers = answers.filter { $0.value.time.duration(to: now) < .seconds(5) }
      return answers[name]
    }
    if let answer { return answer.account }
    let account = try UserAccount(named: name)
    answers.withLock { $0[name] = (account, now) }
    return account
  }
}

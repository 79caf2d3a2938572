import Glibc
import Synchronization

/// The cgroup below which a reactor's trees have theirs. It is removed with the value.
public final class CgroupBase: Sendable {
  /// Its folder.
  public let path: String
  private let made = Atomic<Int>(0)

  /// Makes it in our own cgroup, ends what lives there, and tries whether everything works that is needed.
  init(name: String) throws(SystemError) {
    path = try Self.path(name: name)
    try Self.clear(path)
    try make()
    try probe()
  }

  deinit { try? Self.clear(path) }

  static func path(name: String) throws(SystemError) -> String { try "\(ownFolder())/\(name)" }

  private func make() throws(SystemError) {
    let base = try Cgroup(path)
    // Those that our own cgroup hands on; often none, then limits are the kernel's per process.
    for controller in ["memory", "pids"] { try? base.write("+\(controller)", to: "cgroup.subtree_control") }
  }

  /// A new cgroup below this one, which is made again if a predecessor's keeper has just removed it.
  func makeChild() throws(SystemError) -> Cgroup {
    if access(path, F_OK) != 0 { try make() }
    return try Cgroup("\(path)/\(made.wrappingAdd(1, ordering: .relaxed).newValue)")
  }

  /// A launch fails in its last step, the exec of nothing, only if the child was born in the cgroup.
  private func probe() throws(SystemError) {
    let child = try makeChild()
    defer { rmdir(child.path) }
    try child.write("1", to: "cgroup.freeze")
    try child.write("0", to: "cgroup.freeze")
    let null = try Descriptor.open("/dev/null", O_RDWR)
    do throws(LaunchFailure) {
      _ = try Program(path: "", arguments: ["probe"]).launchChild(
        input: null, output: null, error: null, cgroup: child)
    } catch {
      if error.step != .exec {
        throw SystemError("\(error.step.rawValue) in \(child.path)", code: error.code)
      }
    }
    try child.kill()
  }

  /// Kills all that lives in a cgroup and below, waits until nobody does, and removes it; if there is none there
  /// is nothing to do.
  ///
  /// - Throws: ``SystemError``, one that names those that still live after that time.
  static func clear(_ path: String, within patience: Duration = Leftovers.patience) throws(SystemError) {
    guard access(path, F_OK) == 0 else { return }
    let base = try Cgroup(path)
    if base.state.populated {
      let deadline = ContinuousClock.now + patience
      try base.kill()
      while base.state.populated {
        let left = ContinuousClock.now.duration(to: deadline)
        if left <= .zero { throw .leftovers(base.members) }
        var entry = pollfd(fd: base.events.number, events: Int16(POLLPRI), revents: 0)
        poll(&entry, 1, Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up))))
      }
    }
    guard remove(path) else { throw SystemError("remove \(path)") }
  }

  /// Removes a cgroup with those below, for members with the rights may have made some.
  @discardableResult
  static func remove(_ path: String) -> Bool {
    if rmdir(path) == 0 { return true }
    for name in FolderList.folders(in: path) { remove("\(path)/\(name)") }
    return rmdir(path) == 0
  }

  /// The folder of the cgroup that we are in.
  private static func ownFolder() throws(SystemError) -> String {
    let own = FolderList.lines(of: "/proc/self/cgroup").first { $0.hasPrefix("0::") }?.dropFirst(3)
    // "31 23 0:28 /root /mount/point rw,relatime shared:1 - cgroup2 cgroup2 rw", see proc(5)
    let mount = FolderList.lines(of: "/proc/self/mountinfo").first { $0.contains(" - cgroup2 ") }
    let fields = (mount ?? "").split(separator: " ")
    guard let own, fields.count > 4 else { throw SystemError("find cgroup2", code: ENOENT) }
    let root = fields[3] == "/" ? "" : fields[3]
    guard own.hasPrefix(root), !own.hasPrefix("/..") else {
      throw SystemError("find cgroup \(own) below \(fields[3])", code: EXDEV)
    }
    let below = own.dropFirst(root.count)
    return "\(fields[4])\(below == "/" ? "" : below)"
  }
}

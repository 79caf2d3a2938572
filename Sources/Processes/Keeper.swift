import CLinux
import Glibc

/// A second, tiny process of the same program that outlives a killed ``ProcessReactor`` and ends its trees.
///
/// It sleeps in a read of a pipe that only the reactor's process can write to. If the pipe ends without a word of
/// farewell it kills what the reactor left and goes. The reactor starts another one if it dies.
public struct Keeper: Sendable {
  /// The argument vector's first element by which the program knows that it is to be the keeper, and the name that
  /// people see of it.
  public var name: String
  /// The beginning of an environment entry that all launched programs have, and nobody else.
  public var mark: [UInt8]

  /// A keeper of that name and mark.
  public init(name: String, mark: [UInt8]) {
    self.name = name
    self.mark = mark
  }

  /// To be called by the main of a program whose first argument is a keeper's name; returns when all is done.
  ///
  /// - Parameter arguments: the whole argument vector, as the reactor made it.
  public static func run(arguments: [String]) {
    guard arguments.count == 3 else { return }
    clinux_set_name(arguments[0])
    // Its end was made for a reactor, which never waits in a read.
    _ = fcntl(STDIN_FILENO, F_SETFL, 0)
    var word: UInt8 = 0
    var count = 0
    repeat { count = read(STDIN_FILENO, &word, 1) } while count < 0 && errno == EINTR
    if count > 0 { return }
    // The cgroup first: it is done in no time, and a scan might take some.
    if !arguments[1].isEmpty { try? CgroupBase.clear(arguments[1]) }
    // Whom it takes long to end, there is nobody to be told.
    while (try? Leftovers.end(marked: Array(arguments[2].utf8))) == nil {}
  }

  /// What it is started with: the cgroup of the trees, if they have one, and the mark.
  func arguments(_ control: TreeControl) -> [[UInt8]] {
    switch control {
    case .cgroup(let base): [Array(name.utf8), Array(base.path.utf8), mark]
    case .signals: [Array(name.utf8), [], mark]
    }
  }

  /// Ends what a predecessor left, be it that its keeper is still at work or was killed too.
  ///
  /// - Throws: ``SystemError`` that names those that cannot be ended.
  func endLeftovers(_ control: TreeControl, within patience: Duration = Leftovers.patience)
    throws(SystemError)
  {
    let line = arguments(control).reduce(into: [UInt8]()) { $0 += $1 + [0] }
    let keepers = ProcessEntry.all().filter {
      FolderList.bytes(of: "/proc/\($0.pid)/cmdline") == line && $0.isOfOurProgram
    }
    let deadline = ContinuousClock.now + patience
    for entry in keepers {
      let left = ContinuousClock.now.duration(to: deadline)
      if (try? waitForExit(of: entry.pid, timeout: left)) != true { _ = entry.signal(SIGKILL) }
    }
    try Leftovers.end(marked: mark, within: patience)
  }
}

extension ProcessEntry {
  /// Whether our user runs it, from our program: anybody can write the name of a keeper on a process. A file that is
  /// gone may be that of an older release.
  fileprivate var isOfOurProgram: Bool {
    var (process, program, ours) = (stat(), stat(), stat())
    guard stat("/proc/\(pid)", &process) == 0, process.st_uid == geteuid(),
      stat("/proc/\(pid)/exe", &program) == 0, stat("/proc/self/exe", &ours) == 0
    else { return false }
    return program.st_nlink == 0 || (program.st_dev == ours.st_dev && program.st_ino == ours.st_ino)
  }
}

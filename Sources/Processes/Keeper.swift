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

  /// How long a new reactor waits for a predecessor's keeper to end the leftovers.
  private static let patience = Duration.seconds(10)

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
    Leftovers.end(marked: Array(arguments[2].utf8))
  }

  /// What it is started with: the cgroup of the trees, if they have one, and the mark.
  func arguments(_ control: TreeControl) -> [[UInt8]] {
    switch control {
    case .cgroup(let base): [Array(name.utf8), Array(base.path.utf8), mark]
    case .signals: [Array(name.utf8), [], mark]
    }
  }

  /// Ends what a predecessor left, be it that its keeper is still at work or was killed too.
  func endLeftovers(_ control: TreeControl) {
    let line = arguments(control).reduce(into: [UInt8]()) { $0 += $1 + [0] }
    for entry in ProcessEntry.all() where FolderList.bytes(of: "/proc/\(entry.pid)/cmdline") == line {
      if (try? waitForExit(of: entry.pid, timeout: Self.patience)) != true { _ = entry.signal(SIGKILL) }
    }
    Leftovers.end(marked: mark)
  }
}

/// The reactor's side of its keeper.
final class KeeperWatch {
  private let program: Program
  private var writing: Descriptor?
  /// When a restart is to be tried, if the last one came too soon or failed.
  private(set) var due: UInt64?
  private var lastStart: UInt64 = 0

  private static let restartPeriod: UInt64 = 1_000_000_000

  init(_ keeper: Keeper, _ control: TreeControl) throws(SystemError) {
    keeper.endLeftovers(control)
    var program = Program(path: "/proc/self/exe", arguments: keeper.arguments(control))
    program.workingDirectory = "/"
    self.program = program
  }

  /// The descriptor that hangs up when the keeper is gone.
  private(set) var pipe: Int32?

  /// Starts a keeper in the place of one that is gone, once a second at most.
  func restart(at now: UInt64) {
    writing = nil
    pipe = nil
    due = lastStart + Self.restartPeriod
    if lastStart > 0 && now < lastStart + Self.restartPeriod { return }
    lastStart = now
    due = now + Self.restartPeriod
    do {
      let made = try Pipe()
      let null = try Descriptor.open("/dev/null", O_WRONLY)
      _ = try program.launchDetached(input: made.reading, output: null)
      pipe = made.writing.number
      writing = made.takeWriting()
      due = nil
    } catch {
      // It is tried again when it is due.
    }
  }

  /// Sends the keeper away: nobody is left to be ended.
  func dismiss() {
    guard let pipe else { return }
    var word: UInt8 = 1
    // Nobody reads if the keeper died just now; the thread blocks SIGPIPE.
    _ = write(pipe, &word, 1)
    writing = nil
  }
}

import Glibc

/// The reactor's side of its keeper.
final class KeeperWatch {
  private let program: Program
  private var writing: Descriptor?
  /// When a restart is to be tried, if the last one came too soon or failed.
  private(set) var due: UInt64?
  private var lastStart: UInt64 = 0

  private static let restartPeriod: UInt64 = 1_000_000_000

  init(_ keeper: Keeper, _ control: TreeControl) throws(SystemError) {
    try keeper.endLeftovers(control)
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

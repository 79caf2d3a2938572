internal import CTerminal
internal import Glibc

extension Screen {
  /// What has become ready.
  public struct Readiness: Equatable, Sendable {
    /// `nextInput` has something to say, or may have.
    public var hasInput = false
    /// The terminal takes bytes; told only if it was asked for.
    public var isWritable = false
    /// Those of the given descriptors that can be read, have ended or are broken.
    public var readable: Set<Int32> = []
    /// Those that can be written, or are broken.
    public var writable: Set<Int32> = []
  }

  /// Blocks until there is input, a descriptor is ready or the moment has come.
  ///
  /// What is to be read must have been taken by `nextInput` until it returned nil, for ncurses reads ahead.
  ///
  /// - Parameters:
  ///   - reading: descriptors that are awaited for reading.
  ///   - writing: descriptors that are awaited for writing.
  ///   - wantsWritable: whether to end when the terminal takes bytes.
  ///   - deadline: the moment; nil waits for ever.
  public func wait(
    reading: [Int32] = [], writing: [Int32] = [], wantsWritable: Bool = false,
    until deadline: ContinuousClock.Instant? = nil
  ) -> Readiness {
    let input = Int16(POLLIN)
    let output = Int16(POLLOUT)
    var entries = [
      pollfd(fd: STDIN_FILENO, events: input, revents: 0),
      pollfd(fd: cterminal_signal_descriptor(), events: input, revents: 0),
      // poll(2) passes over a negative descriptor.
      pollfd(fd: wantsWritable ? STDOUT_FILENO : -1, events: output, revents: 0),
    ]
    entries += reading.map { pollfd(fd: $0, events: input, revents: 0) }
    entries += writing.map { pollfd(fd: $0, events: output, revents: 0) }
    Self.poll(&entries, until: reader.hasPending || isTerminalGone ? .now : deadline)

    if entries[0].revents & ~input != 0 { isTerminalGone = true }
    let given = entries.dropFirst(3)
    return Readiness(
      hasInput: entries[0].revents != 0 || entries[1].revents != 0 || reader.hasPending || isTerminalGone,
      isWritable: entries[2].revents != 0,
      readable: Set(given.prefix(reading.count).filter { $0.revents != 0 }.map(\.fd)),
      writable: Set(given.dropFirst(reading.count).filter { $0.revents != 0 }.map(\.fd)))
  }

  private static func poll(_ entries: inout [pollfd], until deadline: ContinuousClock.Instant?) {
    var patience: Int32 = -1
    repeat {
      if let deadline {
        // Rounded up, or the last millisecond would be spent in a circle.
        let left = max(.zero, ContinuousClock.now.duration(to: deadline)) / .milliseconds(1)
        patience = Int32(min(left.rounded(.up), 1e9))
      }
    } while Glibc.poll(&entries, nfds_t(entries.count), patience) < 0 && errno == EINTR
  }

  /// The next input; nil if there is none now. Never waits longer than it takes to tell Esc from an arrow.
  ///
  /// A stop by ^Z happens in here, and so does the return.
  public func nextInput() -> Input? {
    nextSignal() ?? reader.next() ?? (isTerminalGone ? .closed : nil)
  }

  private func nextSignal() -> Input? {
    switch cterminal_next_signal() {
    case 0: return nil
    case SIGWINCH:
      cterminal_resize()
      return .resized
    case SIGTSTP:
      suspend()
      return .resumed
    case SIGCONT:
      cterminal_enter()
      return .resumed
    case let number: return .terminate(signal: number)
    }
  }

  /// Throws away what has been typed, pasted and clicked up to now, so that it cannot answer a question.
  public func discardTypeahead() { reader.discard() }

  /// Gives the terminal back, stops the process group until the shell continues it, and takes the terminal again.
  ///
  /// Afterwards the size may be another, and all rows are to be put anew.
  public func suspend() {
    cterminal_leave()
    cterminal_stop()
    cterminal_enter()
  }

  /// Runs a program on the terminal in place of ours, and waits for its end. A stop of the program is ours too.
  ///
  /// Afterwards the size may be another, and all rows are to be put anew. A signal that asks us to end is told
  /// after the program's end.
  ///
  /// - Parameters:
  ///   - arguments: the program, searched in `PATH`, and what it is told. Must not be empty.
  ///   - environment: what it has besides our own environment, or in its place.
  /// - Returns: its exit status, or 128 + the signal that ended it.
  public func runChild(_ arguments: [String], environment: [String: String] = [:]) throws(ScreenError)
    -> Int32
  {
    guard let program = arguments.first else { throw .launch(program: "", code: EINVAL) }
    cterminal_leave()
    defer { cterminal_enter() }
    var status: Int32 = 0
    let failure = withCStrings(arguments) { arguments in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { cterminal_run(arguments, $0, &status) }
    }
    guard failure == 0 else { throw .launch(program: program, code: failure) }
    let signal = status & 0x7f
    return signal == 0 ? status >> 8 & 0xff : 128 + signal
  }
}

/// Calls with a list of C strings that ends in a null pointer.
private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let list = texts.map { strdup($0) } + [nil]
  defer { for text in list { free(text) } }
  return body(list)
}

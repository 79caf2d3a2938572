import Glibc

/// One tree whose members were found by scans, and the rounds of signals that it gets.
final class SignalTree {
  let child: Child
  /// Members by pid, with their start, as the last scan found them.
  private(set) var known: [Int32: UInt64] = [:]
  /// Signals that the members of the next scan get, in order.
  var pending: [Int32] = []
  /// Who got SIGSTOP and not yet SIGCONT.
  private var stopped: [Int32: UInt64] = [:]
  /// Whom we may not signal, such as a set-user-ID program: nothing waits for them.
  private var untouchable: [Int32: UInt64] = [:]
  /// How many scans in a row found what was wished for.
  private var quietRounds = 0

  init(_ child: Child) { self.child = child }

  /// Whether the process is one that an earlier scan found; a stranger that got its pid has another start.
  func knows(_ entry: ProcessEntry) -> Bool { known[entry.pid] == entry.start }

  func startOver() { quietRounds = 0 }

  /// Lets run who was stopped by us. Who is stopped makes no children, so nobody else can have been.
  func resume() {
    for (pid, start) in stopped {
      _ = ProcessEntry(pid: pid, parent: 0, session: 0, state: 0, start: start).signal(SIGCONT)
    }
    stopped = [:]
  }

  /// Takes over what a scan found and does the next step towards the child's wish. Returns whether it is fulfilled.
  ///
  /// A child made while the scan passes may stand behind it, and only two scans in a row without a runner show
  /// that there is none: who stood still before the second began made nobody during it.
  func advance(_ members: [ProcessEntry]) -> Bool {
    known = Dictionary(members.map { ($0.pid, $0.start) }) { $1 }
    let living = members.filter { $0.isAlive && untouchable[$0.pid] != $0.start }
    for number in pending { for entry in living { send(number, to: entry) } }
    pending = []
    let isQuiet: Bool
    switch child.wish {
    case .run: return true
    case .freeze: isQuiet = stop(living)
    case .kill:
      for entry in living { send(SIGKILL, to: entry) }
      isQuiet = living.isEmpty && child.endedAt != nil
    }
    quietRounds = isQuiet ? quietRounds + 1 : 0
    return quietRounds >= 2
  }

  /// Who sleeps uninterruptibly with SIGSTOP pending stands still as well: it stops before it runs code of its own
  /// again. A parent in vfork(2) whose child is stopped never gets further than that.
  ///
  /// Who had stopped before is left alone, and so it stands after the thaw as well.
  private func stop(_ living: [ProcessEntry]) -> Bool {
    var standStill = true
    for entry in living {
      let wasAsked = stopped[entry.pid] == entry.start
      if entry.isStopped || wasAsked && entry.isUninterruptible { continue }
      standStill = false
      stopped[entry.pid] = entry.start
      send(SIGSTOP, to: entry)
    }
    return standStill
  }

  private func send(_ number: Int32, to entry: ProcessEntry) {
    if !entry.signal(number) { untouchable[entry.pid] = entry.start }
  }
}

import CLinux
import Glibc

/// A process as `/proc` shows it.
struct ProcessEntry: Equatable {
  var pid: Int32
  var parent: Int32
  var session: Int32
  /// The letter of proc(5): R, S, D, T, t, Z, X, I.
  var state: UInt8
  /// In clock ticks since boot. With the pid it names a process for good, as long as pids are not given anew
  /// within one tick.
  var start: UInt64

  var isAlive: Bool { state != UInt8(ascii: "Z") && state != UInt8(ascii: "X") }
  var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
  /// Sleeping where no signal wakes it, such as a parent in vfork(2) until its child execs.
  var isUninterruptible: Bool { state == UInt8(ascii: "D") }

  /// Parses `/proc/PID/stat`. The name in it may hold anything, also parentheses, so fields count from the last
  /// closing one.
  init?(stat: [UInt8]) {
    guard let close = stat.lastIndex(of: UInt8(ascii: ")")), let pid = Self.number(stat[...]) else {
      return nil
    }
    let fields = stat[(close + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 20)
    guard fields.count > 19, let state = fields[0].first, let parent = Self.number(fields[1]),
      let session = Self.number(fields[3]), let start = Self.number(fields[19])
    else { return nil }
    self.init(
      pid: Int32(truncatingIfNeeded: pid), parent: Int32(truncatingIfNeeded: parent),
      session: Int32(truncatingIfNeeded: session), state: state, start: start)
  }

  init(pid: Int32, parent: Int32, session: Int32, state: UInt8, start: UInt64) {
    self.pid = pid
    self.parent = parent
    self.session = session
    self.state = state
    self.start = start
  }

  /// The process of that pid; nil if there is none.
  init?(pid: Int32) {
    guard let stat = FolderList.bytes(of: "/proc/\(pid)/stat") else { return nil }
    self.init(stat: stat)
  }

  private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
    let digits = text.prefix { $0 >= 0x30 && $0 <= 0x39 }
    return digits.isEmpty ? nil : digits.reduce(0) { $0 &* 10 &+ UInt64($1 - 0x30) }
  }

  /// All processes. Not one instant's: those that are made or end meanwhile may be in it or not.
  static func all() -> [ProcessEntry] {
    FolderList.names(in: "/proc").compactMap { Int32($0).flatMap { ProcessEntry(pid: $0) } }
  }

  /// The entries of its environment as it was at its last exec; none if it cannot be read.
  var environment: [ArraySlice<UInt8>] {
    FolderList.bytes(of: "/proc/\(pid)/environ")?.split(separator: 0) ?? []
  }

  /// Sends a signal to this process and no other: a pidfd never goes over to who gets the pid next, and the start
  /// is looked at when it is open. Returns false if we lack the right.
  func signal(_ number: Int32) -> Bool {
    let opened = clinux_pidfd_open(pid)
    if opened < 0 { return true }
    let pidfd = Descriptor(owning: opened)
    guard ProcessEntry(pid: pid)?.start == start else { return true }
    return clinux_pidfd_send_signal(pidfd.number, number) == 0 || errno != EPERM
  }
}

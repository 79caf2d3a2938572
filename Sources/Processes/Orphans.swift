import Glibc

/// The children that a subreaper got when their parents ended, and those that other threads launched.
enum Orphans {
  /// How often they are looked after while there are trees, in nanoseconds: each time takes some 0.1 ms.
  static let upkeepPeriod: UInt64 = 1_000_000_000

  /// The pids of all our children. The kernel lists them by the thread that launched or got them, and such a
  /// list is exact as long as only its reader reaps; where it has none the whole of `/proc` is read.
  static func children() -> [Int32] {
    var children: [Int32] = []
    for thread in FolderList.names(in: "/proc/self/task") {
      guard let list = FolderList.bytes(of: "/proc/self/task/\(thread)/children") else {
        return ProcessEntry.all().filter { $0.parent == getpid() }.map(\.pid)
      }
      children += list.split(separator: UInt8(ascii: " ")).compactMap {
        Int32(String(decoding: $0, as: UTF8.self))
      }
    }
    return children
  }

  /// When those of a tree that was killed are surely zombies, in nanoseconds after its end.
  static let burialPause: UInt64 = 3_000_000

  /// Takes the zombies of all children away but those of `leaders`, which are waited for by their pidfds.
  static func reapAll(but leaders: Set<Int32>) {
    for pid in children() where !leaders.contains(pid) { reap(pid) }
  }

  /// Takes the zombie of a child away, if it is one.
  static func reap(_ pid: Int32) {
    var status: Int32 = 0
    waitpid(pid, &status, WNOHANG)
  }
}

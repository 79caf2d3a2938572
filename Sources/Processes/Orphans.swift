import Glibc

/// The children that a subreaper got when their parents ended, and those that other threads launched.
enum Orphans {
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

  /// Takes the zombie of a child away, if it is one.
  static func reap(_ pid: Int32) {
    var status: Int32 = 0
    waitpid(pid, &status, WNOHANG)
  }
}

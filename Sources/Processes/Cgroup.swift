import Glibc

/// One cgroup (v2), known by its folder.
final class Cgroup {
  let path: String
  let folder: Descriptor
  /// The file that tells by EPOLLPRI when its text has changed since it was read last.
  let events: Descriptor
  /// Whether limits were set, which serve one tree alone.
  var hasLimits = false
  /// Whether it was frozen since it was empty last.
  var mayBeFrozen = false

  /// What `cgroup.events` says.
  struct State: Equatable {
    var populated: Bool
    var frozen: Bool
  }

  /// Opens a cgroup, making it if it is missing.
  init(_ path: String) throws(SystemError) {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError("make \(path)") }
    self.path = path
    folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
    events = try Descriptor.open("\(path)/cgroup.events", O_RDONLY)
  }

  var state: State {
    // Read at every end of a task, hence neither as text nor in an array.
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      let count = max(0, pread(events.number, buffer.baseAddress, buffer.count, 0))
      let lines = buffer[..<count].split(separator: UInt8(ascii: "\n"))
      return State(
        populated: lines.contains { $0.elementsEqual("populated 1".utf8) },
        frozen: lines.contains { $0.elementsEqual("frozen 1".utf8) })
    }
  }

  /// The members here and below.
  ///
  /// One moves in or out between the reading of the list and the use of a number, so the list is to be read
  /// again before a pid means anything.
  var members: [Int32] { Self.members(of: path) }

  private static func members(of path: String) -> [Int32] {
    FolderList.lines(of: "\(path)/cgroup.procs").compactMap { Int32($0) }
      + FolderList.folders(in: path).flatMap { members(of: "\(path)/\($0)") }
  }

  func write(_ text: String, to file: String) throws(SystemError) {
    let descriptor = try Descriptor.open("\(path)/\(file)", O_WRONLY)
    guard Glibc.write(descriptor.number, text, text.utf8.count) == text.utf8.count else {
      throw SystemError("write \(text) to \(path)/\(file)")
    }
  }

  /// Whether it stands as it was made, as far as that costs next to nothing to see: with rights over it, its members
  /// may have frozen it, or made others below, of which the folder counts a link each beside its own two.
  var isAsMade: Bool {
    var status = stat()
    return fstat(folder.number, &status) == 0 && status.st_nlink == 2
      && state == State(populated: false, frozen: false)
  }

  func has(_ file: String) -> Bool { access("\(path)/\(file)", W_OK) == 0 }

  /// Whether a kill has been asked for. The kernel compares the count of a cgroup's kills before and after a fork to
  /// catch those born meanwhile, for a birth into another cgroup it begins with the parent's count, and so it would
  /// kill whoever is born into one that was killed before: such a one serves no more.
  private(set) var wasKilled = false

  /// Kills all members, here and below, and those that they are just making.
  func kill() throws(SystemError) {
    wasKilled = true
    try write("1", to: "cgroup.kill")
  }
}

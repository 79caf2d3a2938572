import Glibc

/// Removal of folders that somebody else may be at work in.
public enum FolderRemoval {
  /// Removes a folder with all that is in it, and never anything elsewhere.
  ///
  /// Each folder is entered from the one above by its descriptor and no link is followed: who owns a folder can put
  /// a link in its place after it was looked at, and a removal by paths would go on at the other end.
  ///
  /// - Returns: whether it is gone.
  @discardableResult
  public static func remove(_ path: String) -> Bool {
    var sweep = Sweep()
    for _ in 0..<largestPasses {
      if rmdir(path) == 0 || errno == ENOENT { return true }
      let hoisted = sweep.hoisted
      sweep.empty(open(path, Sweep.flags))
      if sweep.hoisted == hoisted { break }
    }
    return rmdir(path) == 0
  }

  /// Who still is at work in there must not keep us for ever.
  private static let largestPasses = 10_000
}

/// One removal.
private struct Sweep {
  /// How many folders were moved up, to be emptied in the next pass.
  private(set) var hoisted = 0
  private var top: Int32 = -1

  static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
  /// Each level holds a descriptor and a piece of the stack; folders can be nested without a bound.
  private static let deepest = 64

  /// Removes all in a folder, and closes it.
  mutating func empty(_ folder: Int32, depth: Int = 0) {
    guard folder >= 0, let listing = fdopendir(folder) else {
      close(folder)
      return
    }
    defer { closedir(listing) }
    if depth == 0 { top = folder }
    // There are programs that make folders without the right to write to them. It is no hindrance to root.
    if geteuid() != 0 { fchmod(folder, 0o700) }
    for name in names(listing) {
      if unlinkat(folder, name, 0) == 0 || errno != EISDIR { continue }
      if unlinkat(folder, name, AT_REMOVEDIR) == 0 { continue }
      if depth == Self.deepest {
        if renameat(folder, name, top, "zmey-removal-\(hoisted)") == 0 { hoisted += 1 }
      } else {
        empty(openat(folder, name, Self.flags), depth: depth + 1)
        unlinkat(folder, name, AT_REMOVEDIR)
      }
    }
  }

  /// As bytes, for they need not be text.
  private func names(_ listing: OpaquePointer) -> [[CChar]] {
    var names: [[CChar]] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      if name != [0x2e, 0] && name != [0x2e, 0x2e, 0] { names.append(name) }
    }
    return names
  }
}

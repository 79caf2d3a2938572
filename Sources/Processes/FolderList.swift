import Glibc

/// Reading of folders and of the kernel's small text files.
enum FolderList {
  /// The names in a folder without those that begin with a dot; none if it cannot be read.
  static func names(in path: String) -> [String] { entries(of: path) { _ in true } }

  /// The names of the folders among them, on file systems that tell the kind of an entry.
  static func folders(in path: String) -> [String] { entries(of: path) { $0 == DT_DIR } }

  private static func entries(of path: String, where isWanted: (Int) -> Bool) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix("."), isWanted(Int(entry.pointee.d_type)) { names.append(name) }
    }
    return names
  }

  /// The bytes of a file; nil if it cannot be read.
  static func bytes(of path: String) -> [UInt8]? {
    guard let file = try? Descriptor.open(path, O_RDONLY) else { return nil }
    var bytes: [UInt8] = []
    return withUnsafeTemporaryAllocation(byteCount: 16 * 1024, alignment: 1) { buffer in
      while true {
        let count = file.read(into: buffer)
        if count < 0 { return nil }
        if count == 0 { return bytes }
        bytes += buffer[..<count]
      }
    }
  }

  /// The lines of a text file; none if it cannot be read.
  static func lines(of path: String) -> [Substring] {
    String(decoding: bytes(of: path) ?? [], as: UTF8.self).split(separator: "\n")
  }
}

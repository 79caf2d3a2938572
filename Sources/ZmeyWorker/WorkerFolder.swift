internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import Processes
internal import ZmeyCore
internal import ZmeyLink

/// The worker's folder (`-dt`): scripts, the working folders of tasks, and the spool of finishes that no
/// scheduler has settled. Everything but the spool goes when the worker goes.
///
///     lock            held by the process that uses the folder
///     scripts/SHA256  mode 0700
///     tasks/N         a task's working folder, used again by later ones; beside it N.input, its standard input,
///                     and N.script if it runs as another user
///     spool/N         finishes
final class WorkerFolder {
  let path: String
  /// Finishes that have to be delivered.
  let spool: Spool
  private let lock: PidLock
  var freeTasks: [Int] = []
  var taskCount = 0

  /// Takes the folder, makes it if it is not there, and removes what a killed process left in it.
  ///
  /// - Parameter isPassable: whether tasks of other users reach their working folders through it.
  /// - Throws: `WorkerFolderError`, with what is wrong and where.
  init(_ path: String, isPassable: Bool = false) throws(WorkerFolderError) {
    // Tasks are told it, and so is a keeper, which has another working folder.
    let path = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    self.path = path
    try Self.make(path, modeOfParents: isPassable ? 0o711 : 0o700)
    lock = try Self.lock("\(path)/lock")
    for name in ["scripts", "tasks"] { FolderRemoval.remove("\(path)/\(name)") }
    for name in ["scripts", "tasks", "spool"] {
      try Self.make("\(path)/\(name)")
    }
    // Both ways, as the worker before may have been told otherwise.
    for folder in [path, "\(path)/tasks"] { chmod(folder, isPassable ? 0o711 : 0o700) }
    if isPassable { try Self.checkPassage(to: path) }
    spool = try Spool("\(path)/spool")
  }

  /// Makes sure that everybody may pass the folders above.
  private static func checkPassage(to folder: String) throws(WorkerFolderError) {
    var parent = folder[...]
    while let slash = parent.lastIndex(of: "/"), slash > parent.startIndex {
      parent = parent[..<slash]
      var status = stat()
      guard stat(String(parent), &status) == 0, status.st_mode & S_IXOTH != 0 else {
        throw WorkerFolderError(
          "tasks of other users (--allow-user, --task-user) cannot pass \(parent) on their way to \(folder): allow it by chmod o+x"
        )
      }
    }
  }

  private static func lock(_ file: String) throws(WorkerFolderError) -> PidLock {
    do {
      return try PidLock(file)
    } catch {
      throw WorkerFolderError("cannot lock \(file): \(error)")
    }
  }

  /// Leaves nothing behind but finishes that still have to be delivered.
  func leave() {
    FolderRemoval.remove("\(path)/scripts")
    FolderRemoval.remove("\(path)/tasks")
    spool.close()
    if rmdir("\(path)/spool") == 0 {
      unlink("\(path)/lock")
      rmdir(path)
    }
  }

  // MARK: Scripts

  func scriptPath(_ sha256: ByteBuffer) -> String { "\(path)/scripts/\(sha256.hexDump(format: .compact))" }

  /// Keeps a script. One that is there already has the same text, for its name is its digest.
  func keepScript(_ sha256: ByteBuffer, _ body: ByteBuffer) throws(WorkerFolderError) {
    let target = scriptPath(sha256)
    guard access(target, F_OK) != 0 else { return }
    try write(body, to: target, mode: 0o700)
  }

  /// The text of a script that is kept.
  func text(of sha256: ByteBuffer) throws(WorkerFolderError) -> ByteBuffer {
    let file = scriptPath(sha256)
    guard let text = FileManager.default.contents(atPath: file) else {
      throw WorkerFolderError("cannot read \(file)")
    }
    return ByteBuffer(bytes: text)
  }

  /// The interpreter named in a script's first line; nil if it has no such line.
  func interpreter(_ sha256: ByteBuffer) -> String? {
    let descriptor = open(scriptPath(sha256), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 256)
    let count = max(0, read(descriptor, &head, head.count))
    let line = String(decoding: head.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    guard line.hasPrefix("#!") else { return nil }
    return line.dropFirst(2).split(separator: " ").first.map(String.init) ?? ""
  }

  // MARK: Files

  func write(_ bytes: ByteBuffer, to file: String, mode: mode_t) throws(WorkerFolderError) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw WorkerFolderError.cannotWrite(file) }
    defer { close(descriptor) }
    do {
      try bytes.write(to: descriptor, named: file)
    } catch {
      unlink(file)
      throw error
    }
  }

  private static func make(_ folder: String, modeOfParents: Int = 0o700) throws(WorkerFolderError) {
    if mkdir(folder, 0o700) == 0 { return }
    if errno == ENOENT {
      let attributes: [FileAttributeKey: any Sendable] = [.posixPermissions: modeOfParents]
      guard
        (try? FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: attributes)) != nil
      else {
        throw WorkerFolderError("cannot make the folder \(folder): \(String(cString: strerror(errno)))")
      }
    } else if errno != EEXIST {
      throw WorkerFolderError("cannot make the folder \(folder): \(String(cString: strerror(errno)))")
    }
    // In a place like /var/tmp somebody else may have made it, with scripts of theirs under our names.
    do {
      try PrivateFolder.check(folder, owners: [geteuid()])
    } catch {
      throw WorkerFolderError("\(error): choose a folder that is the worker's own")
    }
  }
}

/// What is wrong with the worker's folder, in a sentence.
public struct WorkerFolderError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) { self.description = description }

  /// With the reason that the system gave just now.
  static func cannotWrite(_ path: String) -> WorkerFolderError {
    WorkerFolderError("cannot write \(path): \(String(cString: strerror(errno)))")
  }
}

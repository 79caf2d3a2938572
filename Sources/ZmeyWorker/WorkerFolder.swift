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
///     tasks/N         a task's working folder, used again by later ones; N.input beside it its standard input
///     spool/N         finishes
final class WorkerFolder {
  let path: String
  /// Finishes that have to be delivered.
  let spool: Spool
  private let lock: PidLock
  private var freeTasks: [Int] = []
  private var taskCount = 0

  /// Takes the folder, makes it if it is not there, and removes what a killed process left in it.
  ///
  /// - Throws: `WorkerFolderError`, with what is wrong and where.
  init(_ path: String) throws(WorkerFolderError) {
    // Tasks are told it, and so is a keeper, which has another working folder.
    let path = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    self.path = path
    try Self.make(path)
    lock = try Self.lock("\(path)/lock")
    for name in ["scripts", "tasks"] { Self.remove("\(path)/\(name)") }
    for name in ["scripts", "tasks", "spool"] {
      try Self.make("\(path)/\(name)")
    }
    spool = try Spool("\(path)/spool")
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
    Self.remove("\(path)/scripts")
    Self.remove("\(path)/tasks")
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

  // MARK: Tasks

  /// A working folder, empty, that nobody else uses until it is given back.
  func takeTask() throws(WorkerFolderError) -> Int {
    if let number = freeTasks.popLast() { return number }
    taskCount += 1
    guard mkdir(taskPath(taskCount), 0o700) == 0 else {
      throw WorkerFolderError.cannotWrite(taskPath(taskCount))
    }
    return taskCount
  }

  func taskPath(_ number: Int) -> String { "\(path)/tasks/\(number)" }

  /// Writes what a task gets as its standard input, beside its working folder.
  func writeInput(_ number: Int, _ bytes: ByteBuffer) throws(WorkerFolderError) -> String {
    let file = "\(taskPath(number)).input"
    try write(bytes, to: file, mode: 0o600)
    return file
  }

  /// Takes a working folder back with all that is in it. One that was left as it was given serves again: making and
  /// removing folders is what costs most of a short task.
  func returnTask(_ number: Int, hadInput: Bool) {
    if hadInput { unlink("\(taskPath(number)).input") }
    if isPristine(taskPath(number)) {
      freeTasks.append(number)
    } else {
      Self.remove(taskPath(number))
    }
  }

  private func isPristine(_ folder: String) -> Bool {
    var status = stat()
    guard lstat(folder, &status) == 0, status.st_mode == S_IFDIR | 0o700, let listing = opendir(folder) else {
      return false
    }
    defer { closedir(listing) }
    var count = 0
    while readdir(listing) != nil, count < 3 { count += 1 }
    return count == 2  // . and ..
  }

  // MARK: Files

  private func write(_ bytes: ByteBuffer, to file: String, mode: mode_t) throws(WorkerFolderError) {
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

  private static func make(_ folder: String) throws(WorkerFolderError) {
    if mkdir(folder, 0o700) == 0 { return }
    if errno == ENOENT {
      let attributes: [FileAttributeKey: any Sendable] = [.posixPermissions: 0o700]
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

  private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

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

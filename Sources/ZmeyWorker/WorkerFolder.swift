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
///     tasks/N         a task's working folder; N.input beside it its standard input
///     spool/RUN-ATTEMPT-NONCE   the frames to send again
final class WorkerFolder {
  let path: String
  private let lock: PidLock

  /// Takes the folder, makes it if it is not there, and removes what a killed process left in it.
  ///
  /// - Throws: `WorkerFolderError`, with what is wrong and where.
  init(_ path: String) throws(WorkerFolderError) {
    self.path = path
    guard Self.make(path) else {
      throw WorkerFolderError("cannot make the folder \(path): \(Self.lastError())")
    }
    lock = try Self.lock("\(path)/lock")
    for name in ["scripts", "tasks"] { Self.remove("\(path)/\(name)") }
    for name in ["scripts", "tasks", "spool"] {
      guard Self.make("\(path)/\(name)") else {
        throw WorkerFolderError("cannot make the folder \(path)/\(name): \(Self.lastError())")
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
    Self.remove("\(path)/scripts")
    Self.remove("\(path)/tasks")
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

  /// Makes the working folder of a task; `removeTask` takes it away with all that is in it.
  func makeTask(_ number: UInt64) throws(WorkerFolderError) -> String {
    let folder = "\(path)/tasks/\(number)"
    guard mkdir(folder, 0o700) == 0 else {
      throw WorkerFolderError("cannot make the folder \(folder): \(Self.lastError())")
    }
    return folder
  }

  func makeInput(_ number: UInt64, _ bytes: ByteBuffer) throws(WorkerFolderError) -> String {
    let file = "\(path)/tasks/\(number).input"
    try write(bytes, to: file, mode: 0o600)
    return file
  }

  func removeTask(_ number: UInt64, hadInput: Bool) {
    let folder = "\(path)/tasks/\(number)"
    if rmdir(folder) != 0 { Self.remove(folder) }
    if hadInput { unlink("\(folder).input") }
  }

  // MARK: Spool

  func spool(_ fence: Fence, _ frames: [Frame]) throws(WorkerFolderError) {
    var bytes = ByteBuffer()
    for frame in frames { FrameEncoder.append(frame, to: &bytes) }
    // Without fsync: what a process wrote survives its death. Should the whole machine go down, the
    // task run counts as lost and runs again.
    try write(bytes, to: spoolPath(fence), mode: 0o600)
  }

  func unspool(_ fence: Fence) { unlink(spoolPath(fence)) }

  /// The finishes that an earlier process left. A file that is cut off is of no use and is removed.
  func spooled() -> [Fence: [Frame]] {
    var found: [Fence: [Frame]] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/spool")) ?? [] {
      let file = "\(path)/spool/\(name)"
      guard let data = FileManager.default.contents(atPath: file) else { continue }
      var bytes = ByteBuffer(bytes: data)
      var frames: [Frame] = []
      while let frame = try? FrameDecoder.next(&bytes) { frames.append(frame) }
      if case .finished(let finish)? = frames.last { found[finish.fence] = frames } else { unlink(file) }
    }
    return found
  }

  private func spoolPath(_ fence: Fence) -> String {
    "\(path)/spool/\(fence.taskRun)-\(fence.attempt)-\(fence.nonce)"
  }

  // MARK: Files

  private func write(_ bytes: ByteBuffer, to file: String, mode: mode_t) throws(WorkerFolderError) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw WorkerFolderError("cannot write \(file): \(Self.lastError())") }
    defer { close(descriptor) }
    var rest = bytes
    while rest.readableBytes > 0 {
      let count = rest.withUnsafeReadableBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let why = Self.lastError()
        unlink(file)
        throw WorkerFolderError("cannot write \(file): \(why)")
      }
      rest.moveReaderIndex(forwardBy: count)
    }
  }

  private static func make(_ folder: String) -> Bool {
    if mkdir(folder, 0o700) == 0 || errno == EEXIST { return true }
    guard errno == ENOENT else { return false }
    return
      (try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])) != nil
  }

  private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}

/// What is wrong with the worker's folder, in a sentence.
public struct WorkerFolderError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}

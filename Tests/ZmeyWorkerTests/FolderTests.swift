import Glibc
import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

/// A new folder's path; the worker's folder takes itself away.
func temporaryPath() -> String {
  var template = Array("/tmp/zmey-worker-XXXXXX".utf8CString)
  return template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
}

@Suite struct FolderTests {
  private static let frames: [Frame] = {
    let finish = Finish(
      fence: Bench.fence, outcome: Outcome(verdict: .failed, exitCode: 1, reason: "é"), resultBytes: 3,
      errorBytes: 0,
      isCut: true, result: nil)
    let bytes = ByteBuffer(bytes: [0, 255, 10])
    return [.output(Bench.fence, chunk: 0, stream: .standardOutput, bytes: bytes), .finished(finish)]
  }()

  @Test("What is spooled is there for the next process, until it is settled")
  func spool() throws {
    let path = temporaryPath()
    var folder: WorkerFolder? = try WorkerFolder(path)
    try folder?.spool.keep(Bench.fence, Self.frames)
    folder?.leave()
    folder = nil
    let next = try WorkerFolder(path)
    #expect(next.spool.inherited == [Bench.fence: Self.frames])
    try next.spool.settle(Bench.fence)
    next.leave()
    #expect(access(path, F_OK) != 0)
  }

  @Test("What a killed process wrote in part is passed over", arguments: [0, 5, 60])
  func cutOff(length: Int) throws {
    let path = temporaryPath()
    #expect(mkdir("\(path)/spool", 0o700) == 0)
    let killed = try Spool("\(path)/spool")
    try killed.keep(Bench.fence, Self.frames)
    #expect(truncate("\(path)/spool/1", length) == 0)
    let folder = try WorkerFolder(path)
    #expect(folder.spool.inherited.isEmpty)
    folder.leave()
    #expect(access(path, F_OK) != 0)
  }

  @Test("A spool that a killed process left tells what is not settled, over many files")
  func killedSpool() throws {
    let path = temporaryPath()
    #expect(mkdir("\(path)/spool", 0o700) == 0)
    let killed = try Spool("\(path)/spool")
    let large = ByteBuffer(repeating: 7, count: 60_000)
    for number in Int64(1)...100 {
      let fence = Bench.fence(number)
      try killed.keep(
        fence, [.output(fence, chunk: 0, stream: .standardOutput, bytes: large), Self.finish(fence)])
      if number % 10 != 0 { try killed.settle(fence) }
    }
    let next = try Spool("\(path)/spool")
    #expect(Set(next.inherited.keys) == Set((1...10).map { Bench.fence($0 * 10) }))
    #expect(next.inherited[Bench.fence(10)]?.count == 2)
    for fence in next.inherited.keys { try next.settle(fence) }
    next.close()
    #expect(rmdir("\(path)/spool") == 0)
    rmdir(path)
  }

  private static func finish(_ fence: Fence) -> Frame {
    .finished(
      Finish(
        fence: fence, outcome: Outcome(verdict: .succeeded, exitCode: 0), resultBytes: 0, errorBytes: 0,
        isCut: false,
        result: nil))
  }

  @Test("A working folder serves again only if it was left as it was given")
  func taskFolders() throws {
    let path = temporaryPath()
    let folder = try WorkerFolder(path)
    let script = ByteBuffer(bytes: [1])
    let first = try folder.takePlace(script: script)
    #expect(try folder.takePlace(script: script).home != first.home)
    folder.returnPlace(first)
    #expect(try folder.takePlace(script: script).home == first.home)
    #expect(chmod(first.home, 0o755) == 0)
    folder.returnPlace(first)
    #expect(access(first.home, F_OK) != 0)
    #expect(try folder.takePlace(script: script).home != first.home)
    folder.leave()
  }

  @Test("Nothing is left behind")
  func leave() throws {
    let path = temporaryPath() + "/deep/er"
    let folder = try WorkerFolder(path)
    let sha256 = ByteBuffer(bytes: [0xab, 1])
    try folder.keepScript(sha256, ByteBuffer(string: "#! /bin/sh -e\n"))
    #expect(folder.interpreter(sha256) == "/bin/sh")
    #expect(access(folder.scriptPath(sha256), X_OK) == 0)
    let place = try folder.takePlace(script: sha256, input: ByteBuffer(string: "in"))
    let input = try #require(place.input)
    #expect(access(input, F_OK) == 0)
    #expect(mkdir("\(place.home)/made-by-the-task", 0o700) == 0)
    folder.returnPlace(place)
    #expect(access(place.home, F_OK) != 0)
    #expect(access(input, F_OK) != 0)
    _ = try folder.takePlace(script: sha256)
    folder.leave()
    #expect(access(path, F_OK) != 0)
    rmdir(String(path.dropLast(3)))
    rmdir(String(path.dropLast(8)))
  }

  @Test("A folder that others may write to is refused")
  func foreign() {
    let path = temporaryPath()
    #expect(chmod(path, 0o777) == 0)
    #expect(throws: WorkerFolderError.self) { try WorkerFolder(path) }
    rmdir(path)
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test("Others pass it as long as tasks may run as other users, and no longer")
  func passage() throws {
    let parent = temporaryPath()
    #expect(chmod(parent, 0o755) == 0)
    let path = "\(parent)/made/with"
    for (isPassable, expected) in [(true, 0o711 as mode_t), (false, 0o700)] {
      let folder = try WorkerFolder(path, isPassable: isPassable)
      #expect(mode(path) == expected)
      #expect(mode("\(path)/tasks") == expected)
      #expect(mode("\(path)/scripts") == 0o700)
      #expect(mode("\(parent)/made") == 0o711)
      // Left behind, as by a process that was killed.
      _ = consume folder
    }
    #expect(chmod(parent, 0o750) == 0)
    let error = #expect(throws: WorkerFolderError.self) { try WorkerFolder(path, isPassable: true) }
    #expect(error?.description.contains("cannot pass \(parent) on") == true)
    try WorkerFolder(path).leave()
    rmdir("\(parent)/made")
    rmdir(parent)
  }

  @Test("One process has the folder")
  func lock() throws {
    let path = temporaryPath()
    let folder = try WorkerFolder(path)
    #expect(throws: WorkerFolderError.self) { try WorkerFolder(path) }
    folder.leave()
    _ = consume folder
  }
}

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
    try folder?.spool(Bench.fence, Self.frames)
    folder?.leave()
    folder = nil
    let next = try WorkerFolder(path)
    #expect(next.spooled() == [Bench.fence: Self.frames])
    next.unspool(Bench.fence)
    #expect(next.spooled().isEmpty)
    next.leave()
    #expect(access(path, F_OK) != 0)
  }

  @Test("A spooled file that is cut off is of no use and removed", arguments: [0, 5, 60])
  func cutOff(length: Int) throws {
    let path = temporaryPath()
    let folder = try WorkerFolder(path)
    try folder.spool(Bench.fence, Self.frames)
    let file = "\(path)/spool/\(Bench.fence.taskRun)-\(Bench.fence.attempt)-\(Bench.fence.nonce)"
    #expect(truncate(file, length) == 0)
    #expect(folder.spooled().isEmpty)
    #expect(access(file, F_OK) != 0)
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
    let home = try folder.makeTask(1)
    _ = try folder.makeInput(1, ByteBuffer(string: "in"))
    #expect(mkdir("\(home)/made-by-the-task", 0o700) == 0)
    folder.removeTask(1, hadInput: true)
    #expect(access(home, F_OK) != 0)
    _ = try folder.makeTask(2)
    folder.leave()
    #expect(access(path, F_OK) != 0)
    rmdir(String(path.dropLast(3)))
    rmdir(String(path.dropLast(8)))
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

import Glibc
import Processes
import Testing

@Suite struct `A private folder` {
  let directory = TemporaryDirectory()

  @Test func `of an owner alone is fine`() throws {
    try PrivateFolder.check(directory.path, owners: [getuid()])
  }

  @Test(arguments: [0o720, 0o702, 0o1777] as [mode_t])
  func `that others may write to is refused`(mode: mode_t) {
    chmod(directory.path, mode)
    expectRefusal(directory.path, "others than its owner may write to \(directory.path)")
  }

  @Test func `of somebody else is refused`() {
    let failure = #expect(throws: PrivateFolder.Failure.self) {
      try PrivateFolder.check(directory.path, owners: [getuid() + 1])
    }
    #expect(failure?.description == "\(directory.path) belongs to user \(getuid())")
  }

  @Test func `is neither a file nor a link nor nothing`() {
    let (file, link) = (directory.write("file", []), "\(directory.path)/link")
    symlink(directory.path, link)
    expectRefusal(file, "\(file) is no folder")
    expectRefusal(link, "\(link) is no folder")
    expectRefusal("\(directory.path)/none", "\(directory.path)/none: No such file or directory")
  }

  private func expectRefusal(_ path: String, _ reason: String) {
    let failure = #expect(throws: PrivateFolder.Failure.self) {
      try PrivateFolder.check(path, owners: [getuid()])
    }
    #expect(failure?.description == reason)
  }
}

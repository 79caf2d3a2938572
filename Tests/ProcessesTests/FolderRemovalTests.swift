import Glibc
import Processes
import Testing

@Suite struct `The removal of a folder` {
  let directory = TemporaryDirectory()
  private var doomed: String { "\(directory.path)/doomed" }

  @Test func `takes all that is in it and leaves what links lead to`() throws {
    let script = """
      mkdir -p "$0"/a/b/c kept && touch "$0"/.hidden "$0"/a/b/file "$0/$(printf '\\377')" kept/file
      ln -s "$PWD/kept" "$0"/a/link; ln -s .. "$0"/up; mkfifo "$0"/pipe
      """
    var program = Program(
      path: "/bin/sh", arguments: ["sh", "-c", script, doomed], environment: ["PATH": "/usr/bin:/bin"])
    program.workingDirectory = directory.path
    #expect(try runToEnd(program).status == .exited(0))
    #expect(FolderRemoval.remove(doomed))
    #expect(access(doomed, F_OK) != 0)
    #expect(access("\(directory.path)/kept/file", F_OK) == 0)
  }

  @Test func `does not go through a link in its own place`() throws {
    let kept = directory.write("kept", [])
    #expect(symlink(directory.path, doomed) == 0)
    #expect(!FolderRemoval.remove(doomed))
    #expect(access(kept, F_OK) == 0)
  }

  @Test func `reaches any depth`() throws {
    var folder = open(directory.path, O_RDONLY | O_DIRECTORY)
    var name = "doomed"
    for _ in 0..<2000 {
      try #require(mkdirat(folder, name, 0o700) == 0)
      let below = openat(folder, name, O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = below
      name = String(repeating: "d", count: 200)
    }
    close(folder)
    #expect(FolderRemoval.remove(doomed))
    #expect(access(doomed, F_OK) != 0)
  }

  @Test func `is no matter if there is none`() {
    #expect(FolderRemoval.remove(doomed))
  }
}

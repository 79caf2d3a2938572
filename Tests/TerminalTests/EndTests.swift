import Glibc
import Processes
import TestKit
import Testing

@Suite struct `Ways out of a screen` {
  @Test func `a crash restores the terminal, says why, and is a crash`() async throws {
    let tmux = try Tmux("\(Tmux.probe); echo status=$?; stty -a | grep -o ' icanon'")
    try await tmux.see("colours")
    try tmux.press("s")
    try await tmux.see(#"key character("s")"#)
    #expect(try !tmux.picture().contains("said to standard error"))
    #expect(try tmux.answer("#{alternate_on}") == "1")
    try tmux.press("c")
    let picture = try await tmux.see(" icanon")
    #expect(picture.contains("said to standard error"))
    #expect(picture.contains("Fatal error: the probe crashes"))
    #expect(picture.contains("status=\(128 + SIGILL)") || picture.contains("status=\(128 + SIGTRAP)"))
    #expect(try tmux.answer("#{alternate_on} #{cursor_flag} #{mouse_any_flag}") == "0 1 0")
  }

  @Test(arguments: [(SIGSEGV, 139), (SIGABRT, 134), (SIGBUS, 135), (SIGFPE, 136)] as [(Int32, Int)])
  func `so does every other crash`(signal: Int32, status: Int) async throws {
    let tmux = try await Tmux.probe()
    kill(try tmux.pid(), signal)
    try await tmux.see("status=\(status)")
    #expect(try tmux.answer("#{alternate_on} #{cursor_flag} #{mouse_any_flag}") == "0 1 0")
  }

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGQUIT, 131)] as [(Int32, Int)])
  func `a signal is input, and its end is clean`(signal: Int32, status: Int) async throws {
    let tmux = try await Tmux.probe()
    kill(try tmux.pid(), signal)
    try await tmux.see("status=\(status)")
    #expect(try tmux.answer("#{alternate_on} #{cursor_flag} #{mouse_any_flag}") == "0 1 0")
  }

  @Test func `control and c are a signal`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.press("C-c")
    try await tmux.see("status=130")
  }

  @Test func `a stop gives the terminal to the shell, and a return follows its size`() async throws {
    let tmux = try await Tmux.shell()
    try tmux.press("C-z")
    try await tmux.see("Stopped")
    try tmux.press("stty -a | grep -o ' icanon'", "Enter")
    try await tmux.see("\n icanon")
    try tmux.resize(rows: 30, columns: 100)
    try tmux.press("fg", "Enter")
    let picture = try await tmux.see("size 30x100")
    #expect(picture.contains("resumed") && !picture.contains("Stopped"))
    try tmux.press("q")
    try await tmux.see("Stopped")
  }

  @Test func `a stopped program can be ended`() async throws {
    let tmux = try await Tmux.shell()
    let pid = try tmux.pid()
    try tmux.press("C-z")
    try await tmux.see("Stopped")
    // To wait for the job at once would only tell that it is stopped still.
    try tmux.press("kill %1", "Enter")
    try await tmux.wait { kill(pid, 0) != 0 }
    #expect(kill(pid, 0) != 0)
  }

  @Test func `a stop by others is followed by a new picture`() async throws {
    let tmux = try await Tmux.probe()
    let pid = try tmux.pid()
    kill(pid, SIGSTOP)
    kill(pid, SIGCONT)
    try await tmux.see("resumed")
  }

  @Test func `where no shell could continue it, a stop does nothing`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.press("z", "x")
    try await tmux.see(#"key character("x")"#)
  }

  @Test func `a child has the terminal to itself`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.press("e")
    try await tmux.see("child\nto error")
    try tmux.press("C-d")
    #expect(try await tmux.see("status 7").contains("size 24x80"))
    try tmux.press("e")
    try await tmux.see("child\nto error\nchild\nto error")
    try tmux.press("C-c")
    try await tmux.see("status 130")
    try tmux.press("n")
    try await tmux.see("cannot start /nowhere/program: No such file or directory")
  }

  @Test func `a child that is stopped stops us, and goes on with us`() async throws {
    let tmux = try await Tmux.shell()
    try tmux.press("e")
    try await tmux.see("to error")
    try tmux.press("C-z")
    try await tmux.see("Stopped")
    try tmux.press("fg", "Enter")
    try tmux.press("echoed", "Enter", "C-d")
    try await tmux.see("status 7")
    try tmux.press("q")
    try await tmux.see("echoed\nechoed")
  }

  @Test(arguments: [(SIGTERM, 143), (SIGHUP, 129), (SIGINT, 130)] as [(Int32, Int)])
  func `a terminal that takes nothing holds nobody`(signal: Int32, status: Int) async throws {
    let tmux = try await Tmux.probe()
    let pid = try tmux.pid()
    let server = try #require(Int32(tmux.answer("#{pid}")))
    try tmux.press("f")
    try await tmux.see("xxxx")
    kill(server, SIGSTOP)
    defer { kill(server, SIGCONT) }
    // It writes without a pause, so it is asleep only in a write.
    var asleep = 0
    try await tmux.wait {
      asleep = try contents("/proc/\(pid)/stat").contains(") S ") ? asleep + 1 : 0
      return asleep == 20
    }
    #expect(asleep == 20)
    kill(pid, signal)
    try await tmux.wait { kill(pid, 0) != 0 }
    #expect(kill(pid, 0) != 0)
    kill(server, SIGCONT)
    try await tmux.see("status=\(status)")
  }

  @Test func `a terminal that goes away ends the program even if it is deaf to the signal`() async throws {
    let file = "/tmp/terminal-tests-\(getpid())-end"
    defer { unlink(file) }
    let tmux = try Tmux("trap '' HUP; \(Tmux.probe); echo $? >\(file)")
    try await tmux.see("colours")
    try tmux.run(["kill-server"])
    try await tmux.wait { try contents(file) == "129\n" }
    #expect(try contents(file) == "129\n")
  }

  private func contents(_ path: String) throws -> String {
    let end = try runToEnd(Program(path: "/bin/cat", arguments: ["cat", path]))
    return String(decoding: end.standardOutput, as: UTF8.self)
  }
}

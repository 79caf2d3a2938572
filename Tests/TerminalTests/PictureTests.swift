import Glibc
import Processes
import TestKit
import Testing

@Suite struct `Picture on a terminal` {
  @Test func `wide and combining characters stand where they should, and nothing raw gets out`() async throws
  {
    let tmux = try await Tmux.probe()
    try tmux.press("w")
    try await tmux.see("ж中e\u{301}─\u{FFFD} .")
  }

  @Test func `all sizes are followed`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.press("w")
    try await tmux.see("ж中")
    // A terminal of one column tells nothing, but has to be outlived.
    try tmux.resize(rows: 1, columns: 1)
    for (rows, columns) in [(60, 200), (6, 40), (24, 80)] {
      try tmux.resize(rows: rows, columns: columns)
      try await tmux.see("size \(rows)x\(columns)") {
        $0.contains("size \(rows)x\(columns)") && $0.contains("ж中e\u{301}─\u{FFFD} .")
      }
    }
  }

  @Test(
    arguments: [
      ("tmux-256color", "256 tier full"), ("xterm-256color", "256 tier full"), ("xterm", "8 tier full"),
      ("screen", "8 tier full"), ("vt100", "0 tier full"), ("linux", "8 tier console"),
      ("nobody-knows-it", "256 tier full"), ("''", "256 tier full"),
    ])
  func `a terminal shows what it can`(term: String, abilities: String) async throws {
    let tmux = try await Tmux.probe(term: term, "COLUMNS=40 LINES=10")
    try await tmux.see("size 24x80 colours \(abilities)")
    try tmux.press("q")
    try await tmux.see("status=0")
  }

  @Test func `who wants no colours gets none`() async throws {
    let tmux = try await Tmux.probe("NO_COLOR=1")
    try await tmux.see("colours 0")
  }

  @Test func `a terminal that cannot place its cursor is refused by name`() async throws {
    let tmux = try Tmux("TERM=dumb \(Tmux.probe); echo status=$?")
    let picture = try await tmux.see("status=2")
    #expect(picture.contains("refused: TERM=dumb is a terminal that cannot place its cursor (it has no cup)"))
  }

  @Test func `what is no terminal is refused`() throws {
    let end = try runToEnd(Program(path: Tmux.probe, arguments: ["probe"]))
    #expect(end.status == .exited(2))
    let text = String(decoding: end.standardOutput, as: UTF8.self)
    #expect(text == "refused: standard input and output must be a terminal\n")
  }

  @Test(arguments: ["xterm-256color", "tmux-256color", "vt100", "linux", "screen", "ansi"])
  func `without UTF-8 no byte is above 127`(term: String) async throws {
    let file = "/tmp/terminal-tests-\(getpid())-\(term)"
    defer { unlink(file) }
    let tmux = try Tmux("read go; TERM=\(term) LC_ALL=C \(Tmux.probe); echo status=$?")
    try tmux.run(["pipe-pane", "cat > \(file)"])
    try tmux.press("Enter")
    try await tmux.see("tier ascii")
    try tmux.press("w")
    // The line is seen as its name in the terminal's other set, where there is one.
    try await tmux.see("?? e") { $0.contains(/\?\? e.\? \./) }
    try tmux.press("q")
    try await tmux.see("status=0")
    let bytes = try runToEnd(Program(path: "/bin/cat", arguments: ["cat", file])).standardOutput
    #expect(!bytes.isEmpty && bytes.allSatisfy { $0 < 128 })
  }
}

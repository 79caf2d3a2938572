import TestKit
import Testing

@Suite struct `Input of a terminal` {
  @Test(arguments: ["tmux-256color", "xterm-256color", "screen", "linux", "vt100"])
  func `keys have one name on all terminals`(term: String) async throws {
    let tmux = try await Tmux.probe(term: term)
    try tmux.press("a", "Space", "Up", "Down", "Left", "Right", "Home", "End", "PPage", "NPage", "IC", "DC")
    try tmux.press("Enter", "Tab", "BSpace", "C-a", "C-Left", "C-Up", "Escape")
    // What tmux sends for these is what an xterm sends.
    if term != "linux" { try tmux.press("BTab", "F1") }
    let names =
      [
        #"character("a")"#, #"character(" ")"#, "up", "down", "left", "right", "home", "end", "pageUp",
        "pageDown", "insert", "delete", "enter", "tab", "backspace", #"control("a")"#, "controlLeft",
        "controlUp",
        "escape",
      ] + (term == "linux" ? [] : ["backTab", "function(1)"])
    try await tmux.see(names.map { "key \($0)\n" }.joined())
  }

  @Test func `an arrow that comes in pieces is an arrow`() async throws {
    let tmux = try await Tmux.probe("ESCDELAY=20000")
    for piece in ["\u{1B}", "[", "A"] { try tmux.type(piece) }
    try await tmux.see("key up\n")
  }

  @Test func `a letter that comes in pieces is a letter`() async throws {
    let tmux = try await Tmux.probe()
    for byte in "ж中".utf8 { try tmux.run(["send-keys", "-H", String(byte, radix: 16)]) }
    try await tmux.see(
      """
      key character("\\u{0436}")
      key character("\\u{4E2D}")
      """)
  }

  @Test func `a paste is text and does nothing`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.run(["set-buffer", "q\nж\tc"])
    try tmux.run(["paste-buffer", "-p"])
    try tmux.press("x")
    let picture = try await tmux.see(#"key character("x")"#)
    #expect(picture.contains(#"paste "q\nж\tc""#))
    #expect(!picture.contains("status="))
  }

  @Test func `a paste whose beginning was discarded does nothing either`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.type("d\u{1B}[200~q")
    try await tmux.see("discarded")
    try tmux.type("qc\u{1B}[201~x")
    #expect(try await !tmux.see(#"key character("x")"#).contains("status="))
  }

  @Test func `the mouse says what it did in the order in which it did`() async throws {
    let tmux = try await Tmux.probe(term: "xterm-256color")
    let press = "\u{1B}[<0;5;3M\u{1B}[<0;5;3m"
    try tmux.type("\(press)\u{1B}[<64;1;1M\u{1B}[<65;80;24M\(press)\(press)")
    try await tmux.see(
      """
      mouse press at 2,4
      mouse wheelUp at 0,0
      mouse wheelDown at 23,79
      mouse press at 2,4
      mouse doubleClick at 2,4
      """)
  }

  @Test func `the keyboard comes and goes`() async throws {
    let tmux = try await Tmux.probe()
    try tmux.type("\u{1B}[O\u{1B}[I")
    try await tmux.see("focus false\nfocus true")
  }

  @Test(arguments: ["xterm-256color", "tmux-256color", "linux"])
  func `what a terminal answers presses no key, nor does Alt`(term: String) async throws {
    let tmux = try await Tmux.probe(term: term)
    for answer in [
      "\u{1B}]11;rgb:1e1e/1e1e/1e1e\u{7}", "\u{1B}]4;1;rgb:cdcd/0000/0000\u{1B}\\", "\u{1B}P1$r0m\u{1B}\\",
      "\u{1B}P>|xterm(390)\u{1B}\\", "\u{1B}[2;2R", "\u{1B}[24;80R", "\u{1B}[>41;354;0c", "\u{1B}[?62;c",
      "\u{1B}[120;5u", "\u{1B}s", "\u{1B}x",
    ] {
      try tmux.type(answer)
    }
    try tmux.type("\u{1B}]11;rgb:1e")
    try tmux.type("1e/1e1e/1e1e\u{1B}\\y")
    let picture = try await tmux.see(#"key character("y")"#)
    #expect(picture.matches(of: /key/).count == 1, "\(picture)")
  }
}

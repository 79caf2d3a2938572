import Testing

@testable import ZmeyConsole

@Suite struct `A line of arguments` {
  @Test(arguments: [
    ("", []), ("  a \t b ", ["a", "b"]), ("'' \"\"", ["", ""]), ("a'b c'd", ["ab cd"]), (#"'\'"#, [#"\"#]),
    (#""say \"hi\" \n""#, [#"say "hi" \n"#]), (#""\\n" \"a"#, [#"\n"#, "\"a"]), (#"a\ b \'"#, ["a b", "'"]),
    ("$HOME;*", ["$HOME;*"]), ("a\u{301}'\u{301}b'", ["a\u{301}\u{301}b"]),
  ])
  func `is parted at blanks that are not quoted`(line: String, arguments: [String]) {
    #expect(ArgumentLine.split(line) == arguments)
  }

  @Test(arguments: ["'a", "\"a", "a\\"])
  func `is refused if it is not complete`(line: String) {
    #expect(ArgumentLine.split(line) == nil)
  }
}

import Testing
import ZmeyCore

@Suite("Names")
struct NameTests {
  @Test(arguments: ["a", "load orders", "Привет", "👩‍👩‍👧", "10:30", "-", "*", String(repeating: "x", count: 100)])
  func `most texts are names`(name: String) {
    #expect(Name.problem(name) == nil)
  }

  @Test(arguments: [
    ("", "a name is empty"), ("a\nb", "a name has a control character"),
    ("a\0", "a name has a control character"),
    ("\u{1B}[2J", "a name has a control character"), ("a\u{85}", "a name has a control character"),
    ("a/b", "the name 'a/b' has a '/', which parts pipeline and task"),
    ("a/\u{338}b", "the name 'a/\u{338}b' has a '/', which parts pipeline and task"),
    (" a", "the name ' a' begins or ends with a space"), ("a ", "the name 'a ' begins or ends with a space"),
    ("\u{A0}a", "the name '\u{A0}a' begins or ends with a space"),
    (
      String(repeating: "x", count: 101), "the name 'xxxxxxxxxxxxxxxxxxxx…' is longer than 100 characters"
    ),
  ])
  func `the rest is told why it is none`(name: String, problem: String) {
    #expect(Name.problem(name) == problem)
  }

  @Test func `length counts scalars and not what is seen`() {
    #expect(Name.problem(String(repeating: "e\u{301}", count: 50)) == nil)
    #expect(Name.problem(String(repeating: "e\u{301}", count: 51)) != nil)
  }
}

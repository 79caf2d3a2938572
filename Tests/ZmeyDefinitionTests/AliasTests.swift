import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Anchors and aliases")
struct AliasTests {
  @Test func `an alias brings what its anchor holds`() throws {
    let text = """
      templates:
        - &first
          name: a
          script: &script |
            echo *
        - {name: b, script: *script, average: &time 5s, maximum: *time}
      pipelines:
        - {name: p, tasks: &tasks [{name: t, template: a}]}
        - {name: q, tasks: *tasks}
      """
    let definitions = try read(text)
    #expect(definitions.templates.map(\.program.script) == ["echo *\n", "echo *\n"])
    #expect(definitions.templates[1].program.maximum == Timespan("5s"))
    #expect(definitions.pipelines.map(\.tasks.count) == [1, 1])
  }

  @Test func `the latest anchor of a name counts`() throws {
    let text = task("script: x", "args: [&a one, *a, &a two, *a]")
    #expect(try read(text).pipelines[0].tasks[0].arguments == ["one", "one", "two", "two"])
  }

  @Test func `errors in what an alias brings are told once`() {
    let text = """
      templates:
        - &a {name: x, script: s, attempts: 0}
        - *a
      """
    #expect(
      errors(text) == [
        "2:15: template 'x' comes twice", "2:39: 'attempts' is a whole number from 1 to 100, not \"0\"",
      ])
  }

  @Test(arguments: ["*.txt", "*/5 * * * *", "*", "*nobody"])
  func `a star without quotes is explained`(text: String) {
    #expect(
      errors(task("script: x", "args: \(text)")) == [
        "6:15: \"\(text)\" begins with '*' but names no anchor before it; quote it if it is a text"
      ])
  }

  @Test func `stars that are no aliases are left alone`() throws {
    let stars = "case x in *) ls *.c **; esac"
    let text = task("script: x", "args: [\"\(stars)\", '*a', a*b, \"\\ue000*\", \"\u{E001}\"] # *")
    #expect(
      try read(text).pipelines[0].tasks[0].arguments == [stars, "*a", "a*b", "\u{E000}*", "\u{E001}"])
  }

  @Test func `an alias cannot be a key`() {
    #expect(errors("x: &a templates\n*a : []\n").contains("2:1: a key must be a plain text"))
  }

  @Test func `nested aliases stop at a limit`() {
    var text = "l0: &l0 [a, a, a, a, a, a, a, a, a, a]\n"
    for level in 1...20 {
      let items = Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ")
      text += "l\(level): &l\(level) [\(items)]\n"
    }
    #expect(
      errors(text).contains { $0.hasSuffix("aliases bring more than 100000 elements into this document") })
  }

  @Test func `a chain of aliases stops at the depth that nesting may have`() {
    var text = "l0: &l0 [a]\n"
    for level in 1...3000 { text += "l\(level): &l\(level) [[[[*l\(level - 1)]]]]\n" }
    #expect(errors(text).contains { $0.hasSuffix("this alias nests deeper than 64 levels") })
  }

  @Test func `nested aliases as keys take no time`() {
    var text = "? &l0 [a]\n: x\n"
    for level in 1...60 { text += "? &l\(level) [*l\(level - 1), *l\(level - 1)]\n: x\n" }
    #expect(errors(text).contains("1:3: a key must be a plain text"))
  }

  @Test(arguments: [(64, false), (65, true), (900, true)])
  func `nesting has a limit`(depth: Int, isTooDeep: Bool) {
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(errors(text).contains { $0.hasSuffix("this is nested deeper than 64 levels") } == isTooDeep)
  }
}

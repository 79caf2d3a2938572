import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Hostile texts")
struct HostileTests {
  @Test(arguments: Broken.all.indices)
  func `what is wrong is told where it is`(index: Int) {
    let broken = Broken.all[index]
    let found = errors(broken.yaml)
    #expect(
      found.contains { $0.hasPrefix("\(broken.place): \(broken.message)") },
      "\(broken.text)\nat \(broken.place): \(broken.message)\nfound \(found)")
  }

  @Test func `there are many of them`() {
    #expect(Broken.all.count >= 130)
    #expect(Set(Broken.all.map(\.yaml)).count == Broken.all.count)
  }

  @Test(arguments: 0..<2000 as Range<UInt64>)
  func `a text with slips is read or refused at a place in it`(seed: UInt64) {
    var source = DefinitionSource(seed: seed % 60)
    var text = Array(DefinitionWriter.write(source.definitions()).unicodeScalars)
    var random = DefinitionSource(seed: seed)
    for _ in 0...random.below(4) {
      let start = random.below(text.count + 1)
      let end = min(text.count, start + random.below(random.below(2) == 0 ? 3 : 60))
      let other = random.below(text.count + 1)
      switch random.below(5) {
      case 0: text.removeSubrange(start..<end)
      case 1: text.insert(contentsOf: random.pick(DefinitionSource.fragments).unicodeScalars, at: start)
      case 2: text.insert(contentsOf: Array(text[start..<end]), at: other)
      case 3: text.replaceSubrange(start..<end, with: random.pick(Self.slips).unicodeScalars)
      default: text.insert(contentsOf: random.pick(Self.slips).unicodeScalars, at: start)
      }
    }
    let string = String(String.UnicodeScalarView(text))
    let lines = LocatedScalars(string).reduce(1) { max($0, $1.line) }
    do {
      let definitions = try read(string)
      // What was read is as good as any other.
      #expect(isIdentical(try read(DefinitionWriter.write(definitions)), definitions))
    } catch let error as DefinitionErrors {
      #expect(!error.errors.isEmpty)
      for error in error.errors {
        #expect(
          (1...(lines + 1)).contains(error.line) && error.column >= 1 && !error.message.isEmpty, "\(error)")
      }
    } catch {
      Issue.record("\(error)")
    }
  }

  private static let slips = [
    ":", "-", "\"", "'", "\n", "\n  ", "{", "}", "[", "]", "#", "*", "&a ", "|", ">", "\t", "(", ")", "not ",
    "and ", "or",
    "==", "result ", "when: ", "map: ", "over: ", "n_of 3", "every: 1s", "start: ", "templates:", "\u{0}",
    "\u{FEFF}",
  ]

  @Test func `ten thousand errors in one file are all told`() {
    var text = "events:\n"
    for index in 0..<5000 { text += "- {name: e\(index), every: soon, start: a/b/c}\n" }
    #expect(errors(text).count == 10_000)
    let inOneLine = (0..<10_000).map { "{task: a, when: exit_code = \($0)}" }.joined(separator: ", ")
    let found = errors("pipelines: [{name: p, tasks: [{name: b, template: x, after: [\(inOneLine)]}]}]")
    #expect(found.filter { $0.hasSuffix("'when': '=' compares nothing; write ==") }.count == 10_000)
  }

  @Test func `a scalar of a million characters is told by its beginning`() {
    let long = String(repeating: "x ", count: 500_000) + "x"
    for line in [
      "when", "join", "map", "enabled", "args", "after", "\(long): x\n        name", "labels",
      "? \(long)\n        : x",
    ] {
      let found = errors(task("script: x", "\(line): \(long)"))
      #expect(found.allSatisfy { $0.utf8.count < 1000 }, "\(line)")
    }
    for (key, value) in [("when", "\"result == \\\"\(long)\\\" x\""), ("when", "(\(long)"), ("when", long)] {
      let found = errors(task("script: x", "after: [{task: t, \(key): \(value)}]"))
      #expect(!found.isEmpty && found.allSatisfy { $0.utf8.count < 1000 })
    }
    #expect(
      errors("events: [{name: e, cron: \(long), start: p, timezone: \(long), every: \(long)}]").allSatisfy {
        $0.utf8.count < 1000
      })
    #expect(
      errors("events: [{name: e, every: 1h, start: \(long)/\(long)}]").allSatisfy { $0.utf8.count < 1000 })
    let deep = String(repeating: "(", count: 1_000_000)
    #expect(errors(task("script: x", "after: [{task: t, when: '\(deep)'}]")).count == 2)
    #expect(errors(task("script: x", "after: [{task: t, when: '\(deep.prefix(1900))'}]")).count == 2)
  }
}

import Testing

@Suite struct `Pages of programs` {
  /// What stands once in zmctl(1), for all verbs.
  private static let common: Set<String> = ["-db", "--db", "--json", "--version", "-h", "--help"]

  @Test(arguments: [("zmscheduler", "zmscheduler.8"), ("zmworker", "zmworker.8")])
  func `a daemon's page has its flags and no other`(program: String, page: String) throws {
    let flags = try ManualPage(page).flags
    #expect(try ProgramHelp.of(program).flags == flags)
  }

  @Test(arguments: [("zmscheduler", "zmscheduler.8"), ("zmworker", "zmworker.8")])
  func `a daemon's page has the defaults`(program: String, page: String) throws {
    let entries = try ManualPage(page).section("Flags").entries
    for argument in try ProgramHelp.of(program).arguments ?? [] {
      guard let usual = argument.defaultValue, let flag = argument.names?.first?.spelling else { continue }
      let entry = entries.first { $0.head.flags.contains(flag) }
      #expect(entry?.says("(\(usual))") == true, "\(flag)")
    }
  }

  @Test func `zmctl(1) has the defaults`() throws {
    let page = try ManualPage("zmctl.1").verbs
    for (name, verb) in try ProgramHelp.of("zmctl").verbs {
      for usual in (verb.arguments ?? []).compactMap(\.defaultValue) {
        #expect(page[name]?.says("(\(usual))") == true, "zmctl \(name): \(usual)")
      }
    }
  }

  @Test func `zmctl(1) has every verb with its flags, and no other`() throws {
    let page = try ManualPage("zmctl.1").verbs
    let program = try ProgramHelp.of("zmctl").verbs
    #expect(Set(page.keys) == Set(program.keys))
    for (name, verb) in program {
      #expect(
        page[name]?.head.flags.subtracting(Self.common) == verb.flags.subtracting(Self.common),
        "zmctl \(name)")
    }
  }

  @Test func `zmctl(1) names no flag that no verb has`() throws {
    let flags = try ProgramHelp.of("zmctl").verbs.values.reduce(into: Set()) { $0.formUnion($1.flags) }
    #expect(try ManualPage("zmctl.1").flags == flags)
  }

  @Test func `the flags of every verb are those of every verb`() throws {
    let page = try ManualPage("zmctl.1")
    #expect(page.section("Flags of every verb").flags == Self.common)
    for (name, verb) in try ProgramHelp.of("zmctl").verbs {
      #expect(verb.flags.isSuperset(of: Self.common.subtracting(["-db", "--db"])), "zmctl \(name)")
    }
  }

  @Test func `zmctl(1) names the verbs that need no database`() throws {
    let without = try ProgramHelp.of("zmctl").verbs.filter { !$0.value.flags.contains("--db") }.keys
    #expect(try ManualPage("zmctl.1").section("DESCRIPTION").words("Cm") == Set(without))
  }

  @Test(arguments: [
    ("TaskRunDocument", "A task run, printed by"), ("AttemptDocument", "An attempt, among"),
    ("RunDocument", "A run, printed by"),
  ])
  func `zmctl(1) has the keys of the JSON documents`(type: String, item: String) throws {
    let source = try Files.text("Sources/zmctl/Documents.swift")
    let body = try #require(source.components(after: "struct \(type): Encodable")).prefix { $0 != "}" }
    let cases = body.map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("case ") }
    let keys = cases.flatMap { $0.dropFirst(5).split(separator: ", ") }.map { name in
      name.split(separator: "\"").count > 1 ? name.split(separator: "\"")[1] : name
    }
    let section = try ManualPage("zmctl.1").section("JSON").lines
    let list = section.drop { !$0.hasPrefix(item) }.prefix { $0 != ".El" }
    #expect(Set(ManualPage(lines: list).items("Sy")) == Set(keys.map(String.init)))
  }

  @Test func `zmworker(8) has the variables that a task finds`() throws {
    let source = try Files.text("Sources/ZmeyWorker/TaskEnvironment.swift")
    let items = try ManualPage("zmworker.8").section("ENVIRONMENT").items("Ev")
    #expect(Set(items) == Set(try Files.matches("\"(ZM_[A-Z_]+)[=\"]", in: source)))
  }
}

extension String {
  /// The lines after the one that holds `start`; nil if none does.
  fileprivate func components(after start: String) -> ArraySlice<Substring>? {
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    return lines.firstIndex { $0.contains(start) }.map { lines[($0 + 1)...] }
  }
}

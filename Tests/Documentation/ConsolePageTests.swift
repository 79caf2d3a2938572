import FoundationEssentials
import Testing

@testable import ZmeyConsole

@Suite struct `Pages of the console` {
  @Test(arguments: Scope.allCases)
  func `zmtui(1) has the usual keys of every action`(scope: Scope) throws {
    let section = try ManualPage("zmtui.1").section("Keys \(scope.title)")
    let keys = Action.bindings.filter { $0.scope == scope }.map { binding in
      ".It Ic \(Self.escaped(binding.keys)) Ta Cm \(binding.action.rawValue) Ta \(binding.label)"
    }
    #expect(section.lines.filter { $0.hasPrefix(".It ") } == keys)
  }

  /// What mdoc would take for the punctuation of a sentence.
  private static func escaped(_ keys: String) -> String {
    keys.split(separator: " ").map { key in
      key == "-" ? "\\-" : ".:;,?![]()|".contains(key) ? "\\&\(key)" : String(key)
    }.joined(separator: " ")
  }

  @Test func `zmtui(1) has the views and no other`() throws {
    #expect(try ManualPage("zmtui.1").section("Views").items("Cm") == Tab.allCases.map { "\($0)" })
  }

  @Test func `zmtui(5) has every role and no other`() throws {
    #expect(try ManualPage("zmtui.5").section("Roles").items("Sy") == Role.allCases.map(\.name))
  }

  @Test func `zmtui(5) has every word of a theme`() throws {
    let section = try ManualPage("zmtui.5").section("Themes")
    for word in Paint.names.prefix(8) + ["default", "bright-"] + Look.Attributes.names.map(\.name) {
      #expect(section.says(".Ql \(word)"), "\(word)")
    }
  }

  @Test func `zmtui(5) has every key that has a name`() throws {
    let section = try ManualPage("zmtui.5").section("Keys")
    for key in Key.Special.allCases.map(\.rawValue) + ["Space"] {
      #expect(section.lines.contains { $0.hasPrefix(".Ql \(key) ") || $0 == ".Ql \(key)" }, "\(key)")
    }
  }

  @Test func `zmtui(5) has the themes that come with the program, and no other`() throws {
    let names = try ManualPage("zmtui.5").section("Themes that come with it").items("Cm")
    let files = try FileManager.default.contentsOfDirectory(atPath: Files.root + "themes")
    #expect(Set(files) == Set(names.map { "\($0).theme" }))
    #expect(Set(Theme.shippedNames) == Set(names))
    for name in names { #expect(Theme.text(ofShipped: name) == (try Files.text("themes/\(name).theme"))) }
  }

  @Test func `the examples of zmtui(5) are read`() throws {
    let examples = try ManualPage("zmtui.5").section("EXAMPLES").displays
    try #require(examples.count == 2)
    let theme = try Theme.parse(examples[0], name: "example")
    #expect(theme.check().warnings == [])
    #expect(Role.allCases.filter { theme[$0] != Theme.standard[$0] } == [.selected, .failed])
    let keys = try KeyMap.reading(examples[1], file: "keys.conf")
    #expect(keys.keys(of: .kill) == [])
  }
}

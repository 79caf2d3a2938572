import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `The view of templates` {
  /// A desk with the cursor on the template `fetch`.
  private func desk(columns: Int = 80, cluster: String = "") -> Desk {
    var desk = Desk.catalogue(.templates, columns: columns, cluster: cluster)
    desk.press("g", "Down")
    return desk
  }

  @Test func `starts a task run at once, or one of each that is marked`() {
    var desk = desk()
    desk.press("s")
    #expect(desk.commands == [.submit(template: "fetch", arguments: [])])
    #expect(desk.lastRow.contains("starting fetch"))
    desk.forgetEffects()
    desk.press("Space", "Space", "s")
    #expect(
      desk.commands == [.submit(template: "fetch", arguments: []), .submit(template: "store", arguments: [])])
  }

  @Test func `starts with arguments as a shell would part them`() {
    var desk = desk()
    desk.press("S")
    desk.type(#"--day 'next monday' "a \"b\"" c\ d"#)
    desk.press("Enter")
    #expect(
      desk.commands == [.submit(template: "fetch", arguments: ["--day", "next monday", #"a "b""#, "c d"])])
  }

  @Test func `does not start with a quote that is open`() {
    var desk = desk()
    desk.press("S")
    desk.type("--day 'monday")
    desk.press("Enter")
    #expect(desk.commands.isEmpty)
    #expect(desk.screen.contains("a quote is not closed"))
  }

  @Test func `opens the script, or all of it as YAML, in the editor`() {
    var desk = desk()
    desk.press("e")
    #expect(desk.commands == [.read(.template, name: "fetch")])
    let template = TemplateDefinition(name: "fetch", program: CatalogueFixture.templates[0].program)
    desk.answer(.definition(Definitions(templates: [template]), yaml: "templates:"))
    #expect(
      desk.effects.contains { if case .edit(CatalogueFixture.script, _, _, _) = $0 { true } else { false } })
    desk.forgetEffects()
    desk.press("E")
    desk.answer(.definition(Definitions(templates: [template]), yaml: "templates:"))
    #expect(desk.effects.contains { if case .edit("templates:", "yaml", _, _) = $0 { true } else { false } })
  }

  @Test func `a new template becomes a skeleton in the editor, the cursor at its script`() {
    var desk = desk()
    desk.press("n")
    for text in ["my fetch", "5s", "1m", "3"] { desk.fill(text) }
    desk.press("p", "Enter")
    let text = """
      templates:
        - name: "my fetch"
          average: 5s
          maximum: 1m
          attempts: 3
          script: |
            #!/usr/bin/env python3
            \("")

      """
    #expect(
      desk.effects.contains { effect in
        if case .edit(text, suffix: "yaml", line: 8, _) = effect { true } else { false }
      })
  }

  @Test(arguments: [
    ("", "", "", "1", "a name is empty"), ("fetch", "", "", "1", "you have a template 'fetch' already"),
    ("n", "long", "", "1", "a span such as"), ("n", "", "-1", "1", "a span such as"),
    ("n", "", "", "0", "1 to 100"), ("n", "", "", "many", "1 to 100"),
  ])
  func `the form says which field is wrong`(
    name: String, average: String, maximum: String, attempts: String, message: String
  ) {
    var desk = desk()
    desk.press("n")
    for text in [name, average, maximum, attempts] { desk.fill(text) }
    desk.press("Enter")
    #expect(!desk.effects.contains { if case .edit = $0 { true } else { false } })
    #expect(desk.screen.contains(message))
  }

  @Test func `asks before it removes, and names the pipelines that use it`() {
    var desk = desk()
    desk.press("Del")
    #expect(desk.lastRow.contains("Remove template fetch (used by nightly, 売上)? y/N"))
    desk.press("y")
    #expect(desk.commands == [.remove(.template, name: "fetch")])
  }

  @Test func `changes and starts nothing of others`() {
    for key in ["s", "S", "e", "E", "Del"] {
      var desk = desk()
      desk.press("G", "k", key)
      #expect(desk.commands.isEmpty)
      #expect(desk.lastRow.contains("обучение is bob's"))
    }
  }

  @Test func `sorts by name, average and owner, and the other way round`() {
    var desk = desk()
    func first() -> String { desk.rows[4] }
    desk.press("o")
    #expect(desk.lastRow.contains("in order of average"))
    #expect(first().contains("обучение"))
    desk.press("o", "O")
    #expect(desk.lastRow.contains("in order of owner, reversed"))
    #expect(first().contains("обучение"))
  }

  @Test func `the cursor stays on its template whatever the order is`() {
    var desk = desk()
    desk.press("o", "o", "O", "y")
    #expect(desk.effects.contains(.copy("fetch")))
  }

  @Test func `on a narrow screen Enter reads, and Esc comes back`() {
    var desk = desk()
    desk.press("Enter")
    #expect(desk.screen.contains("Fetches the sales of one day"))
    #expect(!desk.screen.contains("обучение"))
    desk.press("Esc")
    #expect(desk.screen.contains("обучение"))
  }

  @Test func `on a wide screen list and script stand side by side`() {
    let desk = desk(columns: 120)
    #expect(desk.screen.contains("обучение") && desk.screen.contains("Fetches the sales of one day"))
    #expect(desk.screen.contains("12s learned, 10s by its definition"))
    #expect(desk.screen.contains("at most 1h"))
  }

  @Test func `finds in the script, goes on to the next and back`() {
    var desk = desk()
    desk.press("Tab", "/")
    desk.type("ZM_WORK")
    desk.press("Enter")
    func hit() -> String { desk.rows.first { $0.contains("▌*") } ?? "" }
    #expect(hit().contains("curl"))
    desk.press("n")
    #expect(hit().contains("wc -l"))
    desk.press("n")
    #expect(hit().contains("curl"))
    desk.press("N")
    #expect(hit().contains("wc -l"))
    desk.press("Esc")
    #expect(hit().isEmpty)
  }

  @Test func `scrolls the script down and sideways, and never beyond its end`() {
    var desk = desk()
    desk.tell(.resize(Size(rows: 14, columns: 80)))
    desk.press("Tab", "G")
    #expect(desk.screen.contains("wc -l"))
    desk.press("Right")
    #expect(!desk.screen.contains("wc -l"))
    desk.press("Left", "g")
    #expect(desk.screen.contains("Fetches the sales of one day"))
    desk.press("j", "PgDn", "C-d", "C-u", "PgUp", "k")
    #expect(desk.screen.contains("Fetches the sales of one day"))
  }

  @Test func `the pager gets the script, the clipboard names or rows`() {
    var desk = desk()
    desk.press("Tab", "v", "y", "Y")
    #expect(desk.effects.contains(.page(Array(CatalogueFixture.script.utf8))))
    #expect(desk.effects.contains(.copy("fetch")))
    #expect(
      desk.effects.contains {
        if case .copy(let text) = $0 { text.contains(#""average_ms":10000"#) } else { false }
      })
  }

  @Test func `who reads one template means it, whatever is marked`() {
    var desk = desk()
    desk.press("Space", "Space", "g", "Down", "Tab", "s")
    #expect(desk.commands == [.submit(template: "fetch", arguments: [])])
  }

  @Test func `filters by words and owner`() {
    var desk = desk()
    desk.press("/")
    desk.type("owner:bob")
    #expect(desk.screen.contains("обучение") && !desk.screen.contains("store"))
    desk.press("Esc")
    #expect(desk.screen.contains("store"))
  }
}

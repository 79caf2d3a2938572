import Testing

@testable import ZmeyConsole

@Suite struct `The view of the audit` {
  private func entries(_ count: Int) -> [AuditEntry] {
    (0..<count).map {
      AuditEntry(
        id: Int64(10_000 - $0), at: seconds(Int64(-$0)), who: "anna", action: "pause", kind: "run",
        object: "r\($0)")
    }
  }

  @Test func `shows an entry whole, its detail laid out`() {
    var desk = Desk.catalogue(.audit)
    desk.press("Enter")
    #expect(desk.screen.contains("who    anna from 10.0.0.7"))
    #expect(desk.screen.contains(#"  "tasks": 3"#))
  }

  @Test func `a pager shows what a note has no room for`() {
    var desk = Desk.catalogue(.audit, rows: 12, columns: 40)
    desk.press("Down", "Enter")
    guard case .page(let bytes)? = desk.effects.last else {
      Issue.record("no pager")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).contains("    \"slots\": 4,\n"))
  }

  @Test func `filters by who did it, by kind and by words`() {
    var desk = Desk.catalogue(.audit)
    desk.press("/")
    desk.type("by:bob kind:worker")
    #expect(
      desk.screen.contains("w-04") && !desk.screen.contains("nightly") && !desk.screen.contains("59000000007")
    )
    desk.press("Enter", "Esc")
    #expect(desk.screen.contains("nightly"))
  }

  @Test func `asks for more when the end is reached, and shows what is known until it comes`() {
    var desk = Desk.catalogue(.audit)
    #expect(desk.wants == [.audit(limit: 200)])
    desk.press("G")
    #expect(desk.wants == [.audit(limit: 200)])
    desk.tell(.answer(.audit(entries(200)), to: .audit(limit: 200)))
    desk.press("G")
    #expect(desk.wants == [.audit(limit: 400)])
    #expect(desk.screen.contains("r199"))
    desk.tell(.answer(.audit(entries(300)), to: .audit(limit: 400)))
    desk.press("j")
    #expect(desk.screen.contains("r200"))
    #expect(desk.wants == [.audit(limit: 400)])
  }

  @Test func `copies what it was done to, and the entry as JSON`() {
    var desk = Desk.catalogue(.audit)
    desk.press("y", "Y")
    #expect(desk.effects.contains(.copy("nightly")))
    #expect(
      desk.effects.contains(
        .copy(
          #"{"id":7,"at":"2026-03-01T14:03:17Z","who":"anna","address":"10.0.0.7","action":"pause","kind":"pipeline","object":"nightly","detail":{"runs": [59000001042], "tasks": 3}}"#
        )))
  }

  @Test func `a click chooses, a second one opens`() {
    var desk = Desk.catalogue(.audit)
    let row = desk.rows.firstIndex { $0.contains("w-04") } ?? 0
    desk.tell(.click(row: row, column: 9, isDouble: true))
    #expect(desk.screen.contains("change worker w-04"))
  }
}

@Suite struct `A text in JSON` {
  @Test func `is laid out in lines`() {
    let lines = JSON.lines(of: #"{"a":[1,{"b":"x,{\"y\"}"}],"c":{},"d":[ ]}"#)
    #expect(
      lines == [
        "{", #"  "a": ["#, "    1,", "    {", #"      "b": "x,{\"y\"}""#, "    }", "  ],", #"  "c": {},"#,
        #"  "d": []"#, "}",
      ])
  }

  @Test(arguments: ["", "no json", "]]}}", #"{"a"#, "[[[["])
  func `what is none stays legible`(text: String) {
    #expect(JSON.lines(of: text).joined().filter { $0 != " " } == text.filter { $0 != " " })
  }

  @Test func `is written with what must be escaped`() {
    #expect(JSON.text("a\"\\\n\t\u{1b}\u{2028}é").line == #""a\"\\\n\t\u001b\u2028é""#)
    #expect(
      JSON.object([("a", .text(nil)), ("b", .list([.number(1), .bool(true)]))]).line
        == #"{"a":null,"b":[1,true]}"#)
  }
}

import Testing
import ZmeyCore

@testable import ZmeyConsole

@Suite struct `Output of which the end was read first` {
  /// The lines of output on the screen, without frame.
  private func output(_ desk: Desk) -> [String] {
    let rows = desk.rows
    let top = rows.firstIndex { $0.contains(" output ") } ?? 0
    return rows[(top + 1)...].prefix { $0.hasPrefix("▌") }.map {
      $0.dropFirst().dropLast().split(separator: " ").joined(separator: " ")
    }
  }

  /// A desk in a task run whose output has ended, of which only the end was read.
  private func ended() -> Desk {
    var desk = Desk(task: Nightly.task, lines: 0)
    desk.answerOutput(
      Nightly.output(1000..<1204, chunk: 1000), isFirst: true, hasEarlier: true, isComplete: true)
    return desk
  }

  /// All of it comes in two pieces.
  private func answerAll(_ desk: inout Desk) {
    #expect(desk.wants.contains(.output(Nightly.transform.id, attempt: nil, tail: 64 << 20)))
    desk.answerOutput(Nightly.output(0..<700), isFirst: true)
    #expect(desk.screen.contains("reading what is before"))
    desk.answerOutput(Nightly.output(700..<1204, chunk: 700), isComplete: true)
  }

  @Test func `of output that has ended, the end alone is not called complete`() {
    var desk = ended()
    #expect(desk.screen.contains("ended  last 204 lines"))
    desk.press("g")
    answerAll(&desk)
    #expect(desk.screen.contains("complete  1,204 lines"))
  }

  @Test func `goes to the very beginning in one go, and nothing is new there`() {
    var desk = ended()
    desk.press("g")
    let before = output(desk)
    answerAll(&desk)
    #expect(before.last?.hasPrefix("ERR deadlock") == true)
    #expect(output(desk).first?.hasPrefix("1 step 0:") == true)
    #expect(!desk.screen.contains("new ↓"))
  }

  @Test func `who goes elsewhere while it is read stays there`() {
    var desk = ended()
    desk.press("g", "G")
    answerAll(&desk)
    #expect(output(desk).last?.hasPrefix("1204 ERR deadlock") == true)
  }

  @Test func `gives the pager all of it, or says in the first line that it does not`() throws {
    var desk = ended()
    desk.press("v")
    #expect(!desk.effects.contains { if case .page = $0 { true } else { false } })
    answerAll(&desk)
    let pages = desk.effects.compactMap { if case .page(let bytes) = $0 { bytes } else { nil } }
    let text = String(decoding: try #require(pages.first), as: UTF8.self)
    #expect(text.hasPrefix("step 0:") && text.split(separator: "\n").count == 1204)

    var longer = ended()
    longer.press("v")
    longer.answerOutput(
      Nightly.output(900..<1204, chunk: 900), isFirst: true, hasEarlier: true, isComplete: true)
    guard case .page(let bytes)? = longer.effects.last else {
      Issue.record("no pager was asked for")
      return
    }
    #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("[what is before is not read here: zmctl logs"))
  }

  @Test func `looks on in what was not read before it says that nothing is found`() {
    var desk = ended()
    desk.press("/")
    desk.type("step 10:")
    desk.press("Enter")
    #expect(desk.screen.contains("not found"))
    desk.press("n")
    answerAll(&desk)
    #expect(output(desk).contains { $0.hasPrefix("11 step 10:") })
    desk.press("/")
    desk.type("nowhere")
    desk.press("Enter", "n")
    #expect(desk.screen.contains("no line with 'nowhere'"))
  }
}

import Testing

@testable import ZmeyConsole

@Suite struct `A table` {
  private func rows(_ columns: [TableView<Int>.Column], width: Int, rows: Int = 4, items: [Int] = [1, 2, 3])
    -> [String]
  {
    var painter = Painter(Size(rows: rows, columns: width), tier: .full, now: Desk.now)
    var cursor = ListCursor<Int>()
    cursor.select(2, in: items, height: 3)
    _ = cursor.mark(.mark, in: items, height: 3)
    TableView(columns).draw(items, items, cursor, &painter, in: Rect(Size(rows: rows, columns: width)))
    return painter.grid.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      .dropLast()
  }

  @Test func `shows titles, the cursor, marks and numbers at their right`() {
    let rows = rows(
      [.text("name", 6...6) { "n\($0)" }, .text("size", 5...5, align: .right) { "\($0)0" }], width: 20)
    #expect(rows == ["  name    size", "  n1        10", " *n2        20", "> n3        30"])
  }

  @Test func `shares the room that is left among the columns that may grow`() {
    let rows = rows(
      [.text("a", 2...4) { _ in "aaaaaaaa" }, .text("b", 2...100) { _ in "bbbbbbbbbbbbbbbbbbbbbbbb" }],
      width: 20)
    #expect(rows[1] == "  aaa… bbbbbbbbbbb…")
  }

  @Test func `leaves columns out where there is no room for them`() {
    let columns: [TableView<Int>.Column] = [
      .text("a", 3...3) { "\($0)" }, .text("b", 3...3, from: 30) { "\($0)" },
    ]
    #expect(rows(columns, width: 29)[0] == "  a")
    #expect(rows(columns, width: 30)[0] == "  a   b")
  }

  @Test(arguments: 1...12)
  func `never leaves its place`(width: Int) {
    let rows = rows([.text("name", 6...20) { "変換\($0)" }, .text("b", 6...6) { "\($0)" }], width: width)
    #expect(rows.allSatisfy { displayWidth($0) <= width })
  }

  @Test func `without room for titles it shows items alone`() {
    #expect(rows([.text("name", 6...6) { "n\($0)" }], width: 20, rows: 2) == [" *n2", "> n3"])
  }
}

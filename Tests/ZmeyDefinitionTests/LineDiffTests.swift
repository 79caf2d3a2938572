import Testing

@testable import ZmeyDefinition

@Suite struct `A difference of lines` {
  private func numbers(_ range: ClosedRange<Int>) -> String { range.map { "\($0)\n" }.joined() }

  @Test(arguments: ["", "a\n", "a", "\n", "a\r\nb\n"])
  func `is empty between equal texts`(text: String) {
    #expect(LineDiff(from: text, to: text).hunks == [])
  }

  @Test func `has three lines around a change`() {
    let after = numbers(1...9).replacing("5\n", with: "five\n")
    #expect(
      LineDiff(from: numbers(1...9), to: after).text
        == "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n")
  }

  @Test func `joins what is close, and parts what is not`() {
    let close = numbers(1...20).replacing("5\n", with: "x\n").replacing("1\n2\n", with: "1\ny\n2\n")
    #expect(LineDiff(from: "1\n2\n3\n4\n5\n6\n7\n8\n", to: "1\nx\n3\n4\n5\n6\n7\ny\n").hunks.count == 1)
    #expect(
      LineDiff(from: numbers(1...20), to: close).hunks.map(\.header) == [
        "@@ -1,8 +1,9 @@", "@@ -12,7 +13,7 @@",
      ])
  }

  @Test func `names the line before what is not there`() {
    #expect(LineDiff(from: "", to: "a\nb\n").text == "@@ -0,0 +1,2 @@\n+a\n+b\n")
    #expect(LineDiff(from: "a\nb\n", to: "").text == "@@ -1,2 +0,0 @@\n-a\n-b\n")
    #expect(LineDiff(from: "a\nb\n", to: "a\nx\nb\n", context: 0).text == "@@ -1,0 +2,1 @@\n+x\n")
  }

  @Test func `sees bytes: composed letters, ends of lines as on Windows`() {
    #expect(LineDiff(from: "é\n", to: "e\u{301}\n").hunks.count == 1)
    #expect(LineDiff(from: "a\r\nb\n", to: "a\nb\n").text == "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n")
  }

  @Test func `of texts with nothing in common goes all and comes all, however long they are`() {
    let count = LineDiff.searchLimit
    let before = (0..<count).map { "old \($0)\n" }.joined()
    let after = (0..<count).map { "new \($0)\n" }.joined()
    let lines = LineDiff(from: "same\n\(before)", to: "same\n\(after)").hunks.flatMap(\.lines)
    #expect(lines.count == 1 + 2 * count)
    #expect(lines.first == .same("same") && lines.last == .added("new \(count - 1)"))
  }

  @Test(arguments: 0..<200)
  func `turns the one into the other`(seed: UInt64) {
    var random = Random(state: seed)
    let texts = (0..<2).map { _ in
      (0..<Int.random(in: 0...40, using: &random)).map { _ in "\(Int.random(in: 0...5, using: &random))" }
    }
    let hunks = LineDiff(
      from: texts[0].map { $0 + "\n" }.joined(), to: texts[1].map { $0 + "\n" }.joined(),
      context: Int.random(in: 0...4, using: &random)
    ).hunks
    var patched = texts[0]
    for hunk in hunks.reversed() {
      let old = hunk.lines.filter { if case .added = $0 { false } else { true } }.map {
        String($0.text.dropFirst())
      }
      let new = hunk.lines.filter { if case .removed = $0 { false } else { true } }.map {
        String($0.text.dropFirst())
      }
      #expect(Array(texts[0][hunk.before]) == old)
      #expect(Array(texts[1][hunk.after]) == new)
      patched.replaceSubrange(hunk.before, with: new)
    }
    #expect(patched == texts[1])
  }
}

/// Equal seeds give equal numbers everywhere (a linear congruential generator with Knuth's numbers).
private struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    var value: UInt64 = 0
    for _ in 0..<4 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      value = value << 16 | state >> 48
    }
    return value
  }
}

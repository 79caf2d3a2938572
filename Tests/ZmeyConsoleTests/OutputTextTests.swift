import Testing
import ZmeyCore

@testable import ZmeyConsole

/// The lines that bytes show, given in pieces that end at these places.
private func shown(_ bytes: [UInt8], cutAt cuts: [Int] = [], isComplete: Bool = true) -> [String] {
  var text = OutputText()
  var start = 0
  for (number, end) in (cuts + [bytes.count]).enumerated() {
    text.append(
      OutputChunk(number: Int32(number), isError: false, at: Desk.now, bytes: Array(bytes[start..<end])))
    start = end
  }
  if isComplete { text.finish() }
  return text.lines.map { text[$0].text }
}

private func shown(_ text: String) -> [String] { shown(Array(text.utf8)) }

/// Bytes of any kind, and the lines that they show.
private let hostile: [(bytes: [UInt8], lines: [String])] = [
  (Array("plain\nlines\n".utf8), ["plain", "lines"]),
  (Array("no end".utf8), ["no end"]),
  ([], []),
  (Array("\n\n".utf8), ["", ""]),
  (Array("dos\r\nends\r\n".utf8), ["dos", "ends"]),
  (Array("dos\r\r\n".utf8), ["dos"]),
  (Array("10%\r50%\r100%\n".utf8), ["100%"]),
  (Array("abcdef\rXY\n".utf8), ["XYcdef"]),
  (Array("abcdef\r\u{1b}[KXY\n".utf8), ["XY"]),
  (Array("abcdef\u{1b}[2K\u{1b}[1GXY\n".utf8), ["XY    "]),
  (Array("abcdef\r\u{1b}[1KX\n".utf8), ["Xbcdef"]),
  (Array("a\tb\n12345678\tc\n\u{421}\t|\n".utf8), ["a       b", "12345678        c", "\u{421}       |"]),
  (Array("顧\t|\n".utf8), ["顧      |"]),
  (Array("abc\u{8}\u{8}X\n".utf8), ["aXc"]),
  (Array("\u{8}\u{8}a\u{8}b\n".utf8), ["b"]),
  ([0x61, 0x00, 0x62, 0x07, 0x0a], ["ab"]),
  ([0x61, 0x0c, 0x7f, 0x62], ["a\u{fffd}\u{fffd}b"]),
  // Bytes that are no UTF-8, each for itself: a lone one, too long a form, a surrogate, beyond U+10FFFF, cut short.
  ([0x61, 0xff, 0x62], ["a\u{fffd}b"]),
  ([0xc0, 0xaf], ["\u{fffd}\u{fffd}"]),
  ([0xed, 0xa0, 0x80], ["\u{fffd}\u{fffd}\u{fffd}"]),
  ([0xf4, 0x90, 0x80, 0x80], ["\u{fffd}\u{fffd}\u{fffd}\u{fffd}"]),
  ([0xe2, 0x82, 0x41], ["\u{fffd}\u{fffd}A"]),
  ([0xe2, 0x82, 0x0a, 0x41], ["\u{fffd}\u{fffd}", "A"]),
  ([0xe2, 0x82], ["\u{fffd}\u{fffd}"]),
  ([0xf0, 0x9f, 0x90, 0x8d, 0xf0, 0x9f], ["🐍\u{fffd}\u{fffd}"]),
  // Controls of eight bits, raw and as UTF-8.
  ([0x9b, 0x33, 0x31, 0x6d], ["\u{fffd}31m"]),
  (Array("\u{9b}31m".utf8), ["\u{fffd}31m"]),
  // Escape sequences of all kinds.
  (Array("\u{1b}[31mred\u{1b}[0m \u{1b}[38;5;200mx\u{1b}[?25l\u{1b}[1;1Hy\n".utf8), ["red xy"]),
  (Array("\u{1b}]0;title\u{7}a\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\\n".utf8), ["alink"]),
  (Array("\u{1b}Pq#0;2;0\u{1b}\\a\u{1b}_apc\u{1b}\\b\u{1b}^pm\u{1b}\\c\u{1b}Xsos\u{1b}\\d".utf8), ["abcd"]),
  (Array("\u{1b}(B\u{1b}=\u{1b}7\u{1b}#8\u{1b}%Ga\u{1b}c".utf8), ["a"]),
  (Array("a\u{1b}[31\u{18}b\u{1b}]x\u{1a}c".utf8), ["abc"]),
  (Array("a\u{1b}\u{1b}[1mb\u{1b}[3\u{1b}[1mc".utf8), ["abc"]),
  (Array("a\u{1b}[31\nb".utf8), ["a", "b"]),
  (Array("a\u{1b}]never ended\nb\n".utf8), ["a", "b"]),
  (Array("a\u{1b}".utf8), ["a"]),
  (Array("a\u{1b}[".utf8), ["a"]),
  ([0x1b, 0x5b, 0xd1, 0x8f], ["я"]),
  ([0x1b, 0xd1, 0x8f], ["я"]),
]

@Suite struct `Output as lines` {
  @Test(arguments: hostile.indices)
  func `shows bytes of any kind as a terminal would, and nothing that could speak to one`(_ index: Int) {
    #expect(shown(hostile[index].bytes) == hostile[index].lines)
  }

  @Test(arguments: hostile.indices)
  func `shows the same lines wherever the bytes are cut`(_ index: Int) {
    let (bytes, lines) = hostile[index]
    for first in 0...bytes.count {
      #expect(shown(bytes, cutAt: [first]) == lines, "cut at \(first)")
      for second in first...bytes.count where bytes.count < 20 {
        #expect(shown(bytes, cutAt: [first, second]) == lines, "cut at \(first) and \(second)")
      }
    }
    #expect(shown(bytes, cutAt: Array(0...bytes.count)) == lines)
  }

  @Test func `never shows a control character, whatever 100,000 bytes say`() {
    var state: UInt64 = 42
    let bytes = (0..<100_000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    let lines = shown(bytes)
    #expect(lines == shown(bytes, cutAt: Array(stride(from: 0, to: bytes.count, by: 7))))
    for scalar in lines.joined().unicodeScalars {
      #expect(scalar.value >= 0x20 && !(0x7f..<0xa0).contains(scalar.value))
    }
  }

  @Test func `keeps lines of ten kilobytes whole, and breaks one that never ends`() {
    let long = String(repeating: "x", count: 10_000)
    #expect(shown("\(long)\n\(long)") == [long, long])
    let endless = shown(Array(repeating: 0x78, count: OutputDecoder.longest * 2 + 5))
    #expect(endless.map(\.count) == [OutputDecoder.longest, OutputDecoder.longest, 5])
  }

  @Test func `does not glue a line of one stream to one of the other`() {
    var text = OutputText()
    func add(_ number: Int32, _ isError: Bool, _ part: String) {
      text.append(
        OutputChunk(number: number, isError: isError, at: seconds(Int64(number)), bytes: Array(part.utf8)))
    }
    add(0, false, "out begins, ")
    add(1, true, "error ")
    #expect(text.lines.map { text[$0].text } == ["out begins, ", "error "])
    add(2, true, "complete\n")
    add(3, false, "out ends\n")
    #expect(text.lines.map { text[$0].text } == ["error complete", "out begins, out ends"])
    #expect(text.lines.map { text[$0].isError } == [true, false])
    #expect(text.lines.map { text[$0].at } == [seconds(2), seconds(3)])
    #expect(String(decoding: text.allBytes, as: UTF8.self) == "error complete\nout begins, out ends\n")
  }

  @Test func `takes a chunk once`() {
    var text = OutputText()
    for number in [0, 1, 1, 0, 2] as [Int32] {
      text.append(
        OutputChunk(number: number, isError: false, at: Desk.now, bytes: [UInt8(0x30 + number), 0x0a]))
    }
    #expect(text.lines.map { text[$0].text } == ["0", "1", "2"])
  }

  @Test func `keeps so much and no more: the oldest lines go, and are counted`() {
    var text = OutputText(limits: OutputText.Limits(bytes: 1000, lines: 60, blockBytes: 100, blockLines: 10))
    for number in 0..<500 as Range<Int32> {
      let line = number < 400 ? "line \(number)" : String(repeating: "\(number)", count: 20)
      text.append(OutputChunk(number: number, isError: false, at: Desk.now, bytes: Array("\(line)\n".utf8)))
      #expect(text.lines.count <= 71)
      #expect(text.lines.upperBound == Int(number) + 1)
      #expect(text[text.lines.upperBound - 1].text == line)
    }
    #expect(text.lines.lowerBound > 430)
    #expect(text.allBytes.count < 1300)
    #expect(text[text.lines.lowerBound].text.hasPrefix("\(text.lines.lowerBound)"))
  }

  @Test func `finds a text forward and back and around the end, in either case unless it has a large letter`()
  {
    var text = OutputText()
    text.append(
      OutputChunk(number: 0, isError: false, at: Desk.now, bytes: Array("Alpha\nbeta\nALPHA beta\nопен".utf8))
    )
    #expect(text.find(Needle("alpha"), from: 0, isForward: true) == 0)
    #expect(text.find(Needle("alpha"), from: 1, isForward: true) == 2)
    #expect(text.find(Needle("alpha"), from: 3, isForward: true) == 0)
    #expect(text.find(Needle("alpha"), from: 2, isForward: false) == 0)
    #expect(text.find(Needle("alpha"), from: 0, isForward: false) == 2)
    #expect(text.find(Needle("ALPHA"), from: 0, isForward: true) == 2)
    #expect(text.find(Needle("пе"), from: 0, isForward: true) == 3)
    #expect(text.find(Needle("gamma"), from: 0, isForward: true) == nil)
    #expect(text.find(Needle(""), from: 0, isForward: true) == nil)
  }
}

@Suite struct `Output in rows` {
  private func layout(_ text: String, width: Int, wraps: Bool = true) -> OutputLayout {
    var output = OutputText()
    output.append(OutputChunk(number: 0, isError: false, at: Desk.now, bytes: Array(text.utf8)))
    return OutputLayout(output, width: width, wraps: wraps)
  }

  @Test func `wraps a line by columns, and never cuts a wide character`() {
    let layout = layout("abc顧客def\n\nx", width: 4)
    #expect(layout.rows(0).map(\.count) == [3, 2, 3])
    #expect(layout.rows(1).count == 1)
    #expect(layout.rows(2).count == 1)
  }

  @Test func `moves by rows and back again, and stays in the text`() {
    let layout = layout("abcdefghij\nk\nlmnopq", width: 4)
    let all = [(0, 0), (0, 1), (0, 2), (1, 0), (2, 0), (2, 1)].map {
      OutputLayout.Position(line: $0.0, row: $0.1)
    }
    for (from, start) in all.enumerated() {
      for to in -3..<(all.count + 3) {
        #expect(layout.position(start, movedBy: to - from) == all[max(0, min(all.count - 1, to))])
      }
    }
    #expect(layout.lastTop(height: 3) == all[3])
    #expect(layout.lastTop(height: 30) == all[0])
    #expect(layout.top(all[5], height: 3) == all[3])
  }

  @Test func `has room for a wide character nowhere, and does not stop`() {
    #expect(layout("顧客", width: 1).rows(0).count == 2)
    #expect(layout("", width: 0).lastTop(height: 5) == OutputLayout.Position(line: 0))
  }
}

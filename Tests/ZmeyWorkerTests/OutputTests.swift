import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

@Suite struct OutputTests {
  private func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

  @Test(
    "Beyond the cap a stream is cut with one mark, and the rest gives its window back",
    arguments: [4, 1, 100])
  func cap(piece: Int) {
    var book = OutputBook(cap: 10)
    var thrown = 0
    for _ in 0..<(400 / piece) {
      for stream in OutputStream.allCases {
        thrown += book.append(stream, ByteBuffer(repeating: 65, count: piece)).bytes
      }
    }
    #expect(book.isCut)
    #expect(thrown == 2 * 390)
    for stream in OutputStream.allCases {
      var copy = book
      let text = copy.takeChunks().filter { $0.stream == stream }.map { String(buffer: $0.bytes) }.joined()
      #expect(text == "AAAAAAAAAA\n[zmey: output after 10 bytes was cut]\n")
    }
    #expect(book.resultBytes == book.errorBytes)
  }

  @Test("Output of exactly the cap is whole")
  func exactly() {
    var book = OutputBook(cap: 3)
    #expect(book.append(.standardOutput, buffer("abc")).bytes == 0)
    #expect(!book.isCut)
    #expect(book.takeInlineResult() == buffer("abc"))
  }

  @Test("Chunks are numbered through and kept until durable")
  func chunks() {
    var book = OutputBook(cap: 1 << 30)
    _ = book.append(.standardOutput, buffer("a"))
    _ = book.append(.standardOutput, buffer("b"))
    _ = book.append(.standardError, buffer("c"))
    #expect(book.takeChunks().map(\.number) == [0, 1])
    _ = book.append(.standardOutput, ByteBuffer(repeating: 1, count: 2 * FrameLimit.chunk + 5))
    #expect(book.takeChunks().map(\.bytes.readableBytes) == [FrameLimit.chunk, FrameLimit.chunk, 5])
    #expect(book.stored(through: 1) == 3)
    #expect(book.unstored.map(\.number) == [2, 3, 4])
    #expect(book.takeInlineResult() == nil)
  }

  @Test(
    "A percentage is a line of its own, or the terminal's report",
    arguments: [
      ("50%\n", UInt8?.some(50)), ("  7%\r", 7), ("\u{1b}]9;4;1;33\u{7}", 33),
      ("\u{1b}]9;4;1;34\u{1b}\\", 34),
      ("101%\n", nil), ("about 50%\n", nil), ("50%", nil), ("5%\nand\n", 5), ("%\n", nil), ("-5%\n", nil),
      ("\n", nil),
      (String(repeating: "5", count: 100) + "%\n", nil),
    ])
  func percent(text: String, percent: UInt8?) {
    var reader = PercentReader()
    for byte in text.utf8 { reader.append([byte]) }
    #expect(reader.percent == percent)
  }

  @Test(
    "The last line that says something is remembered",
    arguments: [
      ("", ""), ("one\ntwo\n", "two"), ("one\n\n\n", "one"), ("one\ntw", "tw"),
      ("\u{1b}[1mred\u{7}\n", "[1mred"),
      (String(repeating: "x", count: 500), String(repeating: "x", count: 200)),
    ])
  func tail(text: String, line: String) {
    var tail = TailLine()
    tail.append(text.utf8)
    #expect(tail.text == line)
  }
}

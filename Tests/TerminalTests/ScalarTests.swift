import Testing

@testable import Terminal

@Suite struct `Bytes of text` {
  @Test func `make scalars, however they are split`() {
    var assembler = ScalarAssembler()
    let scalars = "aжé中🙂".utf8.compactMap { assembler.add($0) }
    #expect(scalars == Array("aжé中🙂".unicodeScalars))
  }

  @Test(arguments: [[0xFF], [0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE4, 0xB8]] as [[UInt8]])
  func `that are no UTF-8 are dropped, and what follows is not`(bytes: [UInt8]) {
    var assembler = ScalarAssembler()
    let scalars = (bytes + Array("жa".utf8)).compactMap { assembler.add($0) }
    #expect(scalars == ["ж", "a"])
  }

  @Test func `name the control keys`() {
    let keys = [0, 3, 8, 9, 10, 13, 26, 27, 28, 31, 32, 127].compactMap { Unicode.Scalar($0) }.map(Key.init)
    #expect(
      keys == [
        .control("@"), .control("c"), .backspace, .tab, .enter, .enter, .control("z"), .escape,
        .control("\\"), .control("_"), .character(" "), .backspace,
      ])
  }
}

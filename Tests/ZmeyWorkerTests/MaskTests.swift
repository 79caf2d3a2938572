import NIOCore
import Testing
import ZmeyCore
import ZmeyLink

@testable import ZmeyWorker

@Suite struct `Masks of secrets` {
  /// What the mask makes of a text that comes in pieces of those lengths, the last of them the rest.
  private func masked(_ text: [UInt8], _ patterns: [[UInt8]], pieces: [Int] = []) -> [UInt8] {
    var mask = OutputMask(patterns)
    var (rest, out) = (text[...], [UInt8]())
    for length in pieces {
      out += mask.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    out += mask.append(rest)
    let longest = patterns.map(\.count).max() ?? 0
    #expect(mask.heldBytes < max(1, longest))
    return out + mask.finish()
  }

  private func masked(_ text: String, _ patterns: String...) -> String {
    String(decoding: masked(Array(text.utf8), patterns.map { Array($0.utf8) }), as: UTF8.self)
  }

  /// The same by the definition: each byte that lies in an occurrence is covered; what overlaps is one.
  private func plainly(_ text: [UInt8], _ patterns: [[UInt8]]) -> [UInt8] {
    var ranges: [Range<Int>] = []
    for pattern in patterns where pattern.count <= text.count {
      for start in 0...(text.count - pattern.count) where text[start...].starts(with: pattern) {
        ranges.append(start..<(start + pattern.count))
      }
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var (out, position, isFirst) = ([UInt8](), 0, true)
    for range in ranges {
      if isFirst || range.lowerBound >= position {
        out += text[position..<range.lowerBound] + Array("***".utf8)
      }
      (position, isFirst) = (max(position, range.upperBound), false)
    }
    return out + text[position...]
  }

  @Test func `take the place of every occurrence`() {
    #expect(masked("a hunter22 b hunter22", "hunter22") == "a *** b ***")
    #expect(masked("hunter22hunter22", "hunter22") == "******")
    #expect(masked("hunter2", "hunter22") == "hunter2")
    #expect(masked("nothing", "hunter22") == "nothing")
    #expect(masked("", "hunter22") == "")
  }

  @Test func `make one mark of what overlaps`() {
    #expect(masked("xabababax", "ababa") == "x***x")
    #expect(masked("0123456789", "0123456", "456789") == "***")
    #expect(masked("0123456789", "345", "23456") == "01***789")
  }

  @Test func `find the same however the output is cut`() {
    let patterns = ["abcabcab", "bcabcabd", "cccc"].map { Array($0.utf8) }
    let text = Array("xabcabcabcabdccccccabcabcabyabcabca".utf8)
    let whole = plainly(text, patterns)
    for first in 0...text.count {
      for second in 0...(text.count - first) {
        #expect(masked(text, patterns, pieces: [first, second]) == whole)
      }
    }
    #expect(masked(text, patterns, pieces: Array(repeating: 1, count: text.count)) == whole)
  }

  @Test func `find the same as a plain search does, in texts of few letters`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      func word(_ lengths: ClosedRange<Int>) -> [UInt8] {
        (0..<Int.random(in: lengths, using: &random)).map { _ in UInt8.random(in: 97...98, using: &random) }
      }
      let patterns = (0..<3).map { _ in word(2...6) }
      let text = word(0...60)
      let pieces = (0..<20).map { _ in Int.random(in: 0...5, using: &random) }
      #expect(masked(text, patterns, pieces: pieces) == plainly(text, patterns), "\(patterns) in \(text)")
    }
  }

  @Test func `hold back no more than the longest pattern, whatever comes`() {
    var mask = OutputMask([Array(repeating: UInt8(ascii: "a"), count: 50)])
    var marks = 0
    for _ in 0..<1000 {
      marks += mask.append(Array(repeating: UInt8(ascii: "a"), count: 30)).count
      #expect(mask.heldBytes < 50)
    }
    #expect(marks + mask.finish().count == 3)
  }

  @Test func `know base64 at each place, and percent encoding`() throws {
    let value = try #require(SecretValue(Array("p@ss w/rd?~>".utf8)))
    let forms = SecretForms.all([value])
    func seen(_ text: String) -> String {
      String(decoding: masked(Array(text.utf8), forms), as: UTF8.self)
    }
    // It alone, behind "u:", behind "user:" with a newline behind it; then alone as URLs have it.
    #expect(seen("cEBzcyB3L3JkP34+") == "***")
    #expect(seen("dTpwQHNzIHcvcmQ/fj4=") == "dTp***4=")
    #expect(seen("dXNlcjpwQHNzIHcvcmQ/fj4K") == "dXNlcjp***4K")
    #expect(seen("cEBzcyB3L3JkP34-") == "***")
    #expect(seen("x=p%40ss%20w%2Frd%3F~%3E") == "x=***")
    #expect(seen("x=p%40ss%20w%2frd%3f~%3e") == "x=***")
  }

  @Test func `stand in results, in logs and in reasons, and give the window back`() {
    let bench = Bench()
    let value = SecretValue(Array("correct horse".utf8))!
    bench.assign(secrets: [.init(place: .variable("A"), value: value)])
    bench.handle(.started(Bench.fence))
    #expect(bench.write("a correct ") == [])
    #expect(bench.write("horse b") == [.acknowledge(Bench.fence, bytes: 10)])
    bench.write("cannot: correct horse\n", .standardError)
    bench.now = bench.now + .seconds(1)
    let chunks = bench.handle(.tick).compactMap { effect -> String? in
      guard case .send(.output(_, _, _, let bytes)) = effect else { return nil }
      return String(buffer: bytes)
    }
    #expect(chunks == ["a *** b", "cannot: ***\n"])
    bench.write("again correct hors")
    let effects = bench.handle(.exited(Bench.fence, .init(code: 1)))
    #expect(
      effects.contains { effect in
        guard case .send(.finished(let finish)) = effect else { return false }
        return finish.outcome.reason == "it exited with code 1: cannot: ***"
      })
    #expect(
      effects.contains { effect in
        guard case .send(.output(_, _, .standardOutput, let bytes)) = effect else { return false }
        return bytes == ByteBuffer(string: "again correct hors")
      })
  }

  @Test func `do not look at the end of what is thrown away`() {
    let bench = Bench()
    bench.assign(secrets: [.init(place: .variable("A"), value: SecretValue(Array("correct\nhorse".utf8))!)])
    bench.handle(.started(Bench.fence))
    bench.handle(.discarded(Bench.fence, .standardError, ByteBuffer(string: "rrect\nhorse\n")))
    let effects = bench.handle(.exited(Bench.fence, .init(code: 1)))
    #expect(!"\(effects)".contains("horse"))
  }

  @Test func `nobody sees a value by printing what has it`() {
    let value = SecretValue(Array("correct horse".utf8))!
    let secret = Assignment.Secret(place: .variable("A"), value: value)
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(value)", String(reflecting: value), "\(secret)", "\([value])", dumped] {
      #expect(text.contains("***") || text.contains("value"))
      #expect(!text.contains("99, 111") && !text.contains("horse"))
    }
    #expect(SecretValue(Array(repeating: 1, count: 7)) == nil)
    #expect(SecretValue(Array(repeating: 1, count: 65_537)) == nil)
  }
}

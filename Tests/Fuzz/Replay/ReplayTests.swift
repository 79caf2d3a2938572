import FoundationEssentials
import FuzzTargets
import Testing

@Suite struct `What fuzzers found` {
  private static func corpus(_ name: String) throws -> [[UInt8]] {
    let path = #filePath.replacing("Replay/ReplayTests.swift", with: "Corpus/\(name).txt")
    let data = try #require(FileManager.default.contents(atPath: path), "\(path) is not there")
    return try #require(CorpusFile.inputs(String(decoding: data, as: UTF8.self)), "\(path) is no corpus")
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func `breaks no promise`(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let inputs = try Self.corpus(name)
    #expect(inputs.count > 10)
    for (index, input) in inputs.enumerated() {
      do { try input.withUnsafeBytes(target.check) } catch {
        Issue.record("\(name).txt:\(index + 1): \(error)")
      }
    }
  }

  @Test func `is kept to the last byte`() {
    let inputs: [[UInt8]] = [[], Array(0...255), Array("\\x0a\n\\n".utf8), Array("é".utf8)]
    #expect(CorpusFile.inputs(CorpusFile.text(inputs)) == inputs)
    #expect(CorpusFile.text([Array("a\\\n\u{1b}".utf8)]) == "a\\\\\\n\\x1B\n")
    #expect(CorpusFile.inputs("\\y\n") == nil && CorpusFile.inputs("\\xg0\n") == nil)
  }
}

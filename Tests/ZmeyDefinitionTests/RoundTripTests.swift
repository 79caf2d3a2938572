import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Definitions survive YAML")
struct RoundTripTests {
  @Test(arguments: 0..<400 as Range<UInt64>)
  func `what is written reads back the same to the last byte`(seed: UInt64) throws {
    var source = DefinitionSource(seed: seed)
    let definitions = source.definitions()
    #expect(definitions.problems().isEmpty)
    let text = DefinitionWriter.write(definitions)
    #expect(isIdentical(try read(text), definitions), "\(text)")
    #expect(DefinitionWriter.write(try read(text)) == text)
  }

  @Test(arguments: DefinitionSource.fragments)
  func `every fragment survives in every place`(text: String) throws {
    for text in [
      text, text + "\n", "\n" + text, "a\n" + text, text + "\nb", " " + text, text + "\n\n", text + text,
    ] {
      let task = TaskDefinition(
        name: "t", work: .inline(Program(script: text)), arguments: [text, "x", text])
      let many = TaskDefinition(
        name: "u", work: .template(text), arguments: [text, String(repeating: "x", count: 120), text],
        environment: ["A": text, "no": text])
      let definitions = Definitions(pipelines: [
        PipelineDefinition(name: "p", description: text, tasks: [task, many])
      ])
      let yaml = DefinitionWriter.write(definitions)
      #expect(isIdentical(try read(yaml), definitions), "\(yaml)")
    }
  }
}

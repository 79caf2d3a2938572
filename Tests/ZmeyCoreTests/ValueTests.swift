import Foundation
import Testing
import ZmeyCore

@Suite("Values")
struct ValueTests {
  static let definitions = Definitions(
    templates: [
      TemplateDefinition(
        name: "t", description: "what",
        program: Program(
          script: "#!/bin/sh\necho \"ü\"\n", average: Timespan("1.5"), maximum: Timespan("1h"), attempts: 3,
          rerunIfLost: false, maxOutput: 1024))
    ],
    pipelines: [
      PipelineDefinition(
        name: "p",
        tasks: [
          TaskDefinition(name: "a", work: .template("t"), arguments: ["", "x\ny"]),
          TaskDefinition(
            name: "b", work: .inline(Program(script: "")),
            after: [LinkDefinition(task: "a", when: .always, pass: .stdin)]),
        ])
    ])

  @Test func `definitions survive JSON`() throws {
    let json = try JSONEncoder().encode(Self.definitions)
    #expect(try JSONDecoder().decode(Definitions.self, from: json) == Self.definitions)
  }

  @Test func `JSON has the keys of the text form`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(Self.definitions.pipelines[0].tasks[1]), as: UTF8.self)
    #expect(
      json == """
        {"after":[{"pass":"stdin","task":"a","when":"always"}],"args":[],"join":"all","name":"b",\
        "work":{"program":{"attempts":1,"max_output":16777216,"rerun_if_lost":true,"script":""}}}
        """)
  }

  @Test(arguments: ["-1", "31622400001", "\"5s\"", "1.5"])
  func `a timespan out of range is refused by JSON`(json: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Timespan.self, from: Data(json.utf8)) }
  }

  @Test func `work without a template or a program is refused by JSON`() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TaskDefinition.Work.self, from: Data("{}".utf8))
    }
  }

  @Test(
    arguments: [
      (0, 0, "00000000000000000000000000000000"), (1, 0xAB, "000000000000000100000000000000ab"),
      (UInt64.max, UInt64.max, "ffffffffffffffffffffffffffffffff"),
    ] as [(UInt64, UInt64, String)])
  func `a nonce prints as 32 digits`(high: UInt64, low: UInt64, text: String) {
    #expect(Nonce(high: high, low: low).description == text)
  }

  @Test func `fences differ if any part does`() {
    let nonce = Nonce(high: 1, low: 2)
    let fence = Fence(taskRun: TaskRunID(7), attempt: 1, nonce: nonce)
    #expect(fence == Fence(taskRun: TaskRunID(7), attempt: 1, nonce: nonce))
    #expect(fence != Fence(taskRun: TaskRunID(8), attempt: 1, nonce: nonce))
    #expect(fence != Fence(taskRun: TaskRunID(7), attempt: 2, nonce: nonce))
    #expect(fence != Fence(taskRun: TaskRunID(7), attempt: 1, nonce: Nonce(high: 1, low: 3)))
  }

  @Test func `identifiers print as numbers and order by them`() {
    #expect("\(TaskRunID(327_000_000_001))" == "327000000001")
    #expect(WorkerID(9) < WorkerID(10))
    #expect([RunID(2), RunID(1)].max() == RunID(2))
  }
}

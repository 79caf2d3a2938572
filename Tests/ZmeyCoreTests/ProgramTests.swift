import Foundation
import Testing
import ZmeyCore

@Suite("Programs")
struct ProgramTests {
  private static let full = Program(
    script: "s", average: .seconds(1), maximum: .seconds(2), grace: .seconds(30), attempts: 3,
    retry: RetryPolicy(
      delay: .seconds(10), backoff: 2, maxDelay: .seconds(300), jitter: 0.1, exitCodes: [75]),
    environment: ["A": "b"], secrets: ["3": "key", "B": "password"], nice: -5,
    limits: Limits(openFiles: 1024, memory: 1 << 29, cpu: .seconds(60), processes: 64), user: "nobody")

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test func `every fact has its key in JSON`() throws {
    #expect(
      try json(Self.full) == """
        {"attempts":3,"average":1000,"env":{"A":"b"},"grace":30000,\
        "limits":{"cpu":60000,"memory":536870912,"open_files":1024,"processes":64},"max_output":16777216,\
        "maximum":2000,"nice":-5,"rerun_if_lost":true,"retry":{"backoff":2,"delay":10000,"exit_codes":[75],\
        "jitter":0.1,"max_delay":300000},"script":"s","secrets":{"3":"key","B":"password"},"user":"nobody"}
        """)
    let task = TaskDefinition(
      name: "t", work: .template("x"), maximum: .seconds(5), environment: ["A": "b"])
    #expect(
      try json(task) == """
        {"after":[],"args":[],"env":{"A":"b"},"join":"all","maximum":5000,"name":"t","work":{"template":"x"}}
        """)
  }

  @Test func `what is absent or empty has no key in JSON`() throws {
    let plain = """
      {"attempts":2,"max_output":16777216,"rerun_if_lost":true,"script":"s"}
      """
    #expect(try json(Program(script: "s", attempts: 2)) == plain)
    #expect(
      try json(Program(script: "s", attempts: 2, retry: RetryPolicy(), limits: Limits())) == plain)
    #expect(try json(RetryPolicy(jitter: 0.5)) == "{\"jitter\":0.5}")
    #expect(try json(Limits(processes: 1)) == "{\"processes\":1}")
  }

  @Test func `programs and tasks survive JSON`() throws {
    let tasks = [
      TaskDefinition(name: "a", work: .inline(Self.full)),
      TaskDefinition(name: "b", work: .template("t"), maximum: .seconds(5), environment: ["A": "b"]),
      TaskDefinition(
        name: "c", work: .inline(Program(script: "", attempts: 2, retry: RetryPolicy(backoff: 1.1)))),
    ]
    let data = try JSONEncoder().encode(tasks)
    #expect(try JSONDecoder().decode([TaskDefinition].self, from: data) == tasks)
  }

  @Test(arguments: [
    "a", "_", "nobody", "www-data", "_apt", "u1", "machine$", String(repeating: "a", count: 32),
  ])
  func `an account has a name`(name: String) {
    #expect(Account.isName(name))
  }

  @Test(arguments: [
    "", "$", "1a", "-a", "Bob", "a b", "a.b", "a$b", "a$$", "é", "a\n", "$\u{301}",
    String(repeating: "a", count: 33), String(repeating: "a", count: 32) + "$",
  ])
  func `what is no name of an account is refused`(name: String) {
    #expect(!Account.isName(name))
  }

  @Test(arguments: [
    ("A", true), ("_", true), ("a_1", true), ("ZM", true), ("zm_a", true), ("ZM_", false), ("ZM_A", false),
    ("", false), ("1A", false), ("A-B", false), ("A B", false), ("A=B", false), ("É", false),
    ("A\u{301}", false),
  ])
  func `a variable has a name`(name: String, isName: Bool) {
    #expect((Variable.problem(name) == nil) == isName)
  }

  @Test func `variables have a limit together`() {
    let half = String(repeating: "x", count: Variable.maxBytes / 2 - 1)
    #expect(Variable.problem(["A": half, "B": half]) == nil)
    #expect(
      Variable.problem(["A": half, "BC": half]) == "names and values have 65537 bytes; 65536 are the most")
  }
}

import Testing
import ZmeyCore

@testable import ZmeyDefinition

@Suite("Errors in the facts of a program")
struct ProgramErrorTests {
  @Test(arguments: [
    ("grace: 61m", "'grace' is a length of time such as 30s or 2m, at most 1h, not \"61m\""),
    ("nice: 20", "'nice' is a whole number from -20 to 19, not \"20\""),
    ("nice: -21", "'nice' is a whole number from -20 to 19, not \"-21\""),
    ("nice: +1", "'nice' is a whole number from -20 to 19, not \"+1\""),
    ("nice: --1", "'nice' is a whole number from -20 to 19, not \"--1\""),
    (
      "user: Bob",
      "'user' is an account (1 to 32 of a-z, 0-9, _ and -, no digit or - first, at its end perhaps a $), not \"Bob\""
    ),
    ("limits: {}", "'limits' is empty; leave it out"),
    ("limits:", "'limits' is a mapping (open_files, memory, cpu…), not nothing"),
    ("limits: {file: 1}", "'limits' has no key \"file\""),
    ("limits: {processs: 1}", "'limits' has no key \"processs\"; did you mean 'processes'?"),
    ("limits: {open_files: 15}", "'open_files' is a whole number from 16 to 1048576, not \"15\""),
    ("limits: {processes: 1000001}", "'processes' is a whole number from 1 to 1000000, not \"1000001\""),
    (
      "limits: {memory: 1023KiB}",
      "'memory' is bytes such as 512MiB or 4GiB, from 1MiB to 16TiB, not \"1023KiB\""
    ),
    (
      "limits: {memory: 17TiB}", "'memory' is bytes such as 512MiB or 4GiB, from 1MiB to 16TiB, not \"17TiB\""
    ),
    ("limits: {cpu: 1.5}", "'cpu' is whole seconds such as 60s or 1h30m, from 1s to 366d, not \"1.5\""),
    ("limits: {cpu: 0s}", "'cpu' is whole seconds such as 60s or 1h30m, from 1s to 366d, not \"0s\""),
    ("env: [A=b]", "'env' is a mapping (NAME: value), not a list"),
    ("env: {A: [b]}", "'A' needs a text (an empty one is written \"\"), not a list"),
    ("env: {A: }", "'A' needs a text (an empty one is written \"\"), not nothing"),
    ("env: {A: \"x\\0\"}", "'A' has a NUL character"),
    (
      "env: {ZM_A: b}", "names that begin with ZM_ are reserved for zmey's own variables; this is \"ZM_A\""
    ),
    (
      "env: {1A: b}",
      "the name of a variable has letters A to Z, a to z, digits and _, no digit first; this is \"1A\""
    ),
    ("secrets: [A]", "'secrets' is a mapping (VARIABLE: secret), not a list"),
    ("secrets: {A: }", "'A' needs a text (an empty one is written \"\"), not nothing"),
    ("secrets: {A: a/b}", "'secrets': the name 'a/b' has a '/', which parts pipeline and task"),
    (
      "secrets: {ZM_A: b}",
      "names that begin with ZM_ are reserved for zmey's own variables; this is \"ZM_A\""
    ),
    ("secrets: {2: b}", "a secret comes by a variable's name or by a descriptor, 3 to 9; this is \"2\""),
    ("secrets: {03: b}", "a secret comes by a variable's name or by a descriptor, 3 to 9; this is \"03\""),
    ("secret: {A: b}", "a task has no key \"secret\"; did you mean 'secrets'?"),
  ])
  func `a bad line is named`(line: String, message: String) {
    let found = errors(task("script: x", line))
    #expect(found.count == 1)
    #expect(found.allSatisfy { $0.hasPrefix("6:") && $0.hasSuffix(": \(message)") }, "\(found)")
  }

  @Test(arguments: [
    ("{delay: soon}", "'delay' is a length of time such as 90s, 5m or 1h30m, at most 366 days, not \"soon\""),
    ("{backoff: 0.999}", "'backoff' is a number from 1 to 10 with at most 3 decimals, not \"0.999\""),
    ("{backoff: 1.0001}", "'backoff' is a number from 1 to 10 with at most 3 decimals, not \"1.0001\""),
    ("{backoff: 1e1}", "'backoff' is a number from 1 to 10 with at most 3 decimals, not \"1e1\""),
    ("{jitter: 1.001}", "'jitter' is a number from 0 to 1 with at most 3 decimals, not \"1.001\""),
    ("{jitter: .5}", "'jitter' is a number from 0 to 1 with at most 3 decimals, not \".5\""),
    ("{exit_codes: 0}", "'exit_codes' is a whole number from 1 to 255, not \"0\""),
    ("{exit_codes: [1, 256]}", "'exit_codes' is a whole number from 1 to 255, not \"256\""),
    ("{exit_codes: [75, 3, 75]}", "'exit_codes' has 75 twice"),
    ("{exit_codes: []}", "'exit_codes' is empty; leave it out"),
    ("{}", "'retry' is empty; leave it out"),
    ("5s", "'retry' is a mapping (delay, backoff, max_delay…), not a text"),
    ("{dealy: 5s}", "'retry' has no key \"dealy\"; did you mean 'delay'?"),
    ("{delay: 2h}", "the delay 2h is longer than max_delay, 1h"),
    (
      "{delay: 2h, max_delay: x}",
      "'max_delay' is a length of time such as 90s, 5m or 1h30m, at most 366 days, not \"x\""
    ),
  ])
  func `a bad policy is named`(yaml: String, message: String) {
    let found = errors(task("script: x", "attempts: 2", "retry: \(yaml)"))
    #expect(found.count == 1)
    #expect(found.allSatisfy { $0.hasPrefix("7:") && $0.hasSuffix(": \(message)") }, "\(found)")
  }

  @Test func `a policy needs a second attempt`() {
    let message = "retry needs attempts: 2 or more"
    #expect(errors(task("script: x", "retry: {delay: 5s}")) == ["6:9: \(message)"])
    #expect(errors(task("script: x", "retry: {delay: 5s}", "attempts: 1")) == ["6:9: \(message)"])
    #expect(
      errors("templates: [{name: a, script: x, retry: {jitter: 2}}]") == [
        "1:34: \(message)",
        "1:50: 'jitter' is a number from 0 to 1 with at most 3 decimals, not \"2\"",
      ])
    #expect(
      errors(task("script: x", "retry: {delay: 5s}", "attempts: x")) == [
        "7:19: 'attempts' is a whole number from 1 to 100, not \"x\""
      ])
  }

  @Test func `secrets are so many at most, and none stands beside a value`() {
    let many = (1...17).map { "A\($0): a" }.joined(separator: ", ")
    #expect(
      errors(task("script: x", "secrets: {\(many)}")) == ["6:9: 'secrets': 17 secrets; 16 are the most"])
    #expect(
      errors(task("script: x", "env: {A: b}", "secrets: {A: b}"))
        == ["7:9: 'secrets': the variable A has a value under 'env' already"])
  }

  @Test func `an environment has a limit`() {
    let value = String(repeating: "x", count: Variable.maxBytes - 1)
    #expect(errors(task("script: x", "env: {A: \(value)}")).isEmpty)
    let message = "6:9: 'env': names and values have 65537 bytes; 65536 are the most"
    #expect(errors(task("script: x", "env: {AB: \(value)}")) == [message])
    #expect(errors(task("template: x", "env: {AB: \(value)}")) == [message])
  }
}

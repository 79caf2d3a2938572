import Foundation
import Glibc
import Processes
import Testing

/// A script that fails, and what people are told.
struct Broken: Sendable, CustomTestStringConvertible {
  let name: String
  let script: String
  let words: [String]
  var code: Int?
  var signal: Int?

  var testDescription: String { name }
}

extension WorkTests {
  @Test(arguments: [
    Broken(
      name: "missing-interpreter", script: "#!/no/such/interpreter\n",
      words: ["interpreter '/no/such/interpreter'", "does not exist"]),
    Broken(name: "windows-line-end", script: "#!/bin/sh\r\necho", words: ["interpreter", "does not exist"]),
    Broken(name: "no-first-line", script: "echo hello\n", words: ["must be like #!/bin/sh"]),
    Broken(
      name: "no-permission", script: "#!/etc/passwd\n",
      words: ["interpreter '/etc/passwd'", "may not be executed", "permission denied"]),
    Broken(
      name: "not-in-path", script: "#!/usr/bin/env nonesuch\n", words: ["code 127", "nonesuch"], code: 127),
    Broken(name: "syntax-error", script: "#!/bin/sh\nif then\n", words: ["code 2", "Syntax error"], code: 2),
    Broken(
      name: "exit-77", script: "#!/bin/sh\necho 'out of cheese' >&2\nexit 77\n",
      words: ["it exited with code 77: out of cheese"], code: 77),
    Broken(
      name: "odd-bytes", script: "#!/bin/sh\nprintf 'a\\377\\000\\033[31mb\\n' >&2\nexit 1\n",
      words: ["it exited with code 1: a\u{fffd}[31mb"], code: 1),
    Broken(
      name: "killed", script: "#!/bin/sh\nkill -9 $$\n", words: ["killed by signal 9 (SIGKILL)"], signal: 9),
  ])
  func `a broken script fails with a reason that a person understands`(_ broken: Broken) async throws {
    try await zmey.template(broken.name, broken.script)
    let outcome = try await zmey.zmctl("submit", broken.name, "--wait", "--json")
    #expect(outcome.code == 1)
    let taskRun = try #require(try outcome.json(Run.self).taskRuns?.first)
    #expect(taskRun.state == "failed")
    for words in broken.words { #expect(taskRun.reason?.contains(words) == true, "\(taskRun.reason ?? "")") }
    #expect(taskRun.exitCode == broken.code)
    #expect(taskRun.signal == broken.signal)
  }

  @Test func `a script that writes without end is held, cut and ended`() async throws {
    let run = try await zmey.run(
      "flood",
      """
      pipelines:
        - name: flood
          tasks: [{name: flood, script: "#!/usr/bin/yes", maximum: 3s, max_output: 1KiB}]
      """)
    #expect(run.states == ["flood": "timed_out"])
    #expect(run["flood"]?.resultBytes == 1024 + "\n[zmey: output after 1024 bytes was cut]\n".utf8.count)
  }

  @Test func `what is too large for the kernel fails with a reason`() async throws {
    try await zmey.template("count", "#!/bin/sh\necho $#\n")
    let argument = String(repeating: "x", count: 200_000)
    let submitted = try await zmey.zmctl(
      "submit", "count", "--args-from", "-", "--wait", "--json", input: argument)
    #expect(try submitted.json(Run.self).taskRuns?.first?.reason?.contains("too large") == true)
    let run = try await zmey.run(
      "too-large",
      """
      pipelines:
        - name: too-large
          tasks:
            - {name: write, script: "#!/bin/sh\\nhead -c 200000 /dev/zero | tr '\\\\0' z"}
            - {name: argument, script: "#!/bin/sh", after: [{task: write, pass: argument}]}
            - {name: variable, script: "#!/bin/sh", after: [{task: write, pass: env}]}
      """)
    for name in ["argument", "variable"] { #expect(run[name]?.reason?.contains("pass it as stdin") == true) }
  }

  @Test func `what a script leaves in the background ends with it, and holds nothing up`() async throws {
    let pids = "\(zmey.path)/background"
    let taskRun = try await zmey.run(
      script:
        "#!/bin/sh\nsleep 1000 &\necho $! >>\(pids)\nsetsid sleep 1000 &\necho $! >>\(pids)\necho done\n",
      as: "background")
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.result == "done\n")
    let processes = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n").compactMap {
      Int32($0)
    }
    #expect(processes.count == 2)
    for process in processes { #expect(kill(process, 0) == -1 && errno == ESRCH) }
  }
}

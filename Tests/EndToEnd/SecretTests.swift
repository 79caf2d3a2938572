import Foundation
import Glibc
import Processes
import Testing

@Suite(.serialized, .instance(workers: 1, slots: 4)) struct `Secrets of tasks` {
  let zmey = PrivateInstance.current

  private static func random(_ prefix: String) -> String {
    prefix + (0..<4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
  }

  private func digest(of text: String) async throws -> String {
    String(try await Shell.run("/usr/bin/sha256sum", [], input: text).output.prefix(64))
  }

  /// Waits at a gate, says that it has both secrets, then does all that it should not do with them.
  private func script(_ gate: String) -> String {
    """
    #!/bin/sh
    echo >\(gate).ready
    until [ -e \(gate) ]; do sleep 0.02; done
    printf %s "$CANARY" | sha256sum | cut -c1-64
    sha256sum <&3 | cut -c1-64
    echo "has $CANARY"
    printf %s "user:$CANARY" | base64 -w0
    cat /dev/fd/3
    printf '%s' "$CANARY" | { dd bs=5 count=1 2>/dev/null; sleep 0.2; cat; }
    echo
    echo "cannot log in with $CANARY" >&2
    exit 1
    """
  }

  @Test func `are nowhere but in the task`() async throws {
    try await SQL.run("alter system set log_statement = 'all'", in: zmey.superuser)
    try await SQL.run("select pg_reload_conf()", in: zmey.superuser)
    let (word, file) = (Self.random("canary"), Self.random("bird"))
    let hunt = Hunt(word, file)
    try await zmey.must("secret", "set", "word", input: word + "\n")
    try await zmey.must("secret", "set", "file", input: file)
    let gate = "\(zmey.path)/gate"
    try await zmey.template(
      "sings", script(gate), ["--secret", "CANARY=word", "--secret", "3=file", "--attempts", "1"])
    let run = try await zmey.submit("sings")
    try await until("it runs") { access("\(gate).ready", F_OK) == 0 }
    let id = try await zmey.taskRun(of: run)
    #expect(try hunt.processes(besides: id) == [])
    #expect(try await hunt.files(below: zmey.path) == [])
    try #require(FileManager.default.createFile(atPath: gate, contents: nil))
    _ = try await zmey.zmctl("wait", "\(run)")

    let result = try await zmey.must("result", "\(id)").output.split(separator: "\n").map(String.init)
    #expect(result.prefix(2) == [try await digest(of: word), try await digest(of: file)])
    #expect(result.dropFirst(2).first == "has ***")
    let shown = try await zmey.shown(id)
    #expect(shown.reason == "it exited with code 1: cannot log in with ***")

    for arguments in [
      ["show", "\(id)"], ["show", "\(id)", "--json"], ["result", "\(id)"], ["logs", "\(id)"],
      ["list", "--json"],
      ["why", "\(id)"], ["audit", "--json"], ["export"], ["template", "show", "sings"],
      ["secret", "list", "--json"],
    ] {
      let outcome = try await zmey.zmctl(arguments)
      #expect(!outcome.output.isEmpty)
      #expect(!hunt.finds(in: outcome.bytes) && !hunt.finds(in: outcome.error), "\(arguments)")
    }
    #expect(try await zmey.must("audit", "--json").output.contains("secret"))
    #expect(try await !hunt.isDumped(from: zmey))
    try await SQL.run("checkpoint", in: zmey.superuser)
    #expect(try await hunt.files(below: zmey.path) == [])
    #expect(zmey.log("postgres").contains("secret_set"))
    #expect(try hunt.processes(besides: id) == [])
  }

  @Test func `are found where somebody puts them`() async throws {
    let word = Self.random("canary")
    let hunt = Hunt(word)
    try await zmey.must("secret", "set", "leaked", input: word)
    let gate = "\(zmey.path)/leak"
    try await zmey.template(
      "leaks", "#!/bin/sh\n# \(word)\necho >\(gate).ready\nuntil [ -e \(gate) ]; do sleep 0.02; done\n",
      ["--secret", "LEAK=leaked"])
    let submitted = try await zmey.must("submit", "leaks", "--args-from", "-", input: word + "\n")
    let run = try #require(Int64(submitted.output.dropLast()))
    try await until("it runs") { access("\(gate).ready", F_OK) == 0 }
    let id = try await zmey.taskRun(of: run)
    #expect(try hunt.processes(besides: 0).contains { $0.hasPrefix("environment") })
    #expect(try hunt.processes(besides: id).allSatisfy { $0.hasPrefix("arguments") })
    #expect(try !hunt.processes(besides: id).isEmpty)
    #expect(try await hunt.files(below: "\(zmey.path)/workers").count == 1)
    #expect(try await hunt.isDumped(from: zmey))
    #expect(hunt.finds(in: try await zmey.must("template", "show", "leaks").output))
    #expect(hunt.finds(in: "x\(Data(word.utf8).base64EncodedString())"))
    try #require(FileManager.default.createFile(atPath: gate, contents: nil))
    try await zmey.must("wait", "\(run)")
  }

  @Test func `come by each descriptor, and no other one is open`() async throws {
    try await zmey.must("secret", "set", "three", input: "number three")
    try await zmey.must("secret", "set", "nine", input: "number nine\0 with a NUL")
    let taskRun = try await zmey.run(
      script:
        "#!/bin/sh\nls /proc/self/fd | tr '\\n' ' '\n(cat <&3; cat <&9; cat <&9) | tr '[:lower:]\\0' '[:upper:]0'\n"
        + "echo x 2>/dev/null >&3 || echo sealed\n",
      as: "descriptors", "--secret", "3=three", "--secret", "9=nine")
    // The 4 is what ls reads the folder through.
    #expect(
      taskRun.result == "0 1 2 3 4 9 NUMBER THREENUMBER NINE0 WITH A NULsealed\n", "\(taskRun.reason ?? "")")
    let refused = try await zmey.run(script: "#!/bin/sh\n", as: "variable", "--secret", "A=nine")
    #expect(
      refused.reason
        == "the secret for A holds a NUL byte, which no variable can: take it by a descriptor, 3 to 9")
  }

  @Test func `a task never runs without those that it names`() async throws {
    let ran = "\(zmey.path)/ran"
    let script = "#!/bin/sh\necho >\(ran)\n"
    let missing = try await zmey.run(script: script, as: "without", "--secret", "A=absent")
    #expect(missing.state == "failed")
    #expect(missing.reason == "its secret 'absent' is not set: its owner sets it by 'zmctl secret set'")

    // A scheduler with another key than the one that it was sealed for.
    try await zmey.must("secret", "set", "absent", input: "here it is")
    for daemon in ["w1", "s1"] { try end(try zmey.process(daemon), SIGTERM) }
    try FileManager.default.removeItem(atPath: zmey.key("s1"))
    try await zmey.up()
    let closed = try await zmey.run(script: script, as: "without", "--secret", "A=absent")
    #expect(
      closed.reason
        == "its secret 'absent' is not sealed for this scheduler: set it again by 'zmctl secret set'")
    #expect(try await zmey.must("secret", "list").output.contains("s1"))
    #expect(access(ran, F_OK) != 0)
    try await zmey.must("secret", "set", "absent", input: "here it is")
    #expect(try await zmey.run(script: script, as: "without", "--secret", "A=absent").state == "succeeded")
    #expect(access(ran, F_OK) == 0)
  }

  @Test func `are refused with a reason, and removed for good`() async throws {
    for (input, size) in [("short\n", "5"), (String(repeating: "x", count: 65_537), "65537")] {
      let outcome = try await zmey.zmctl("secret", "set", "odd", input: input)
      #expect(outcome.code == 2)
      #expect(outcome.error == "zmctl: a secret has 8 to 65536 bytes; standard input brought \(size)\n")
    }
    #expect(try await zmey.zmctl("secret", "set", "a/b", input: "long enough").code == 2)
    try await zmey.must("secret", "set", "gone", input: "long enough")
    try await zmey.must("secret", "remove", "gone")
    let again = try await zmey.zmctl("secret", "remove", "gone")
    #expect(again.code == 3 && again.error.contains("no secret \"gone\""))
    for (flag, words) in [
      ("ZM_X=a", "reserved"), ("2=a", "3 to 9"), ("A", "VARIABLE=SECRET"), ("A=", "empty"),
    ] {
      let outcome = try await zmey.zmctl("template", "add", "t", "--script", "-", "--secret", flag)
      #expect(outcome.code == 2 && outcome.error.contains(words), "\(outcome.error)")
    }
  }
}

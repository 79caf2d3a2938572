import Testing

extension WorkTests {
  @Test(arguments: [
    ("nothing", "", ""),
    ("no-newline", "printf abc", "abc"),
    ("quotes", #"printf '%s' '\x{27}"\n{}$'"#, #"\x{27}"\n{}$"#),
    ("text", "printf 'h\\303\\244\\342\\202\\254\\n'", "hä€\n"),
  ])
  func `text comes back as it was written`(name: String, command: String, result: String) async throws {
    let taskRun = try await zmey.run(script: "#!/bin/sh\n\(command)\n", as: "text-\(name)")
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.result == result)
    #expect(try await zmey.zmctl("result", "\(taskRun.id)").output == result)
  }

  @Test func `bytes that are no text come back as they were written, and go on to the next task`()
    async throws
  {
    let run = try await zmey.run(
      "bytes",
      """
      pipelines:
        - name: bytes
          tasks:
            - {name: write, script: "#!/bin/sh\\nprintf '\\\\377\\\\000\\\\200\\\\n\\\\000'"}
            - {name: count, script: "#!/bin/sh\\nwc -c", after: [{task: write, pass: stdin}]}
            - {name: word, script: "#!/bin/sh", after: [{task: write, pass: argument}]}
      """)
    let written = try #require(run["write"])
    #expect(try await zmey.zmctl("result", "\(written.id)").bytes == [0xff, 0, 0x80, 0x0a, 0])
    #expect(run["count"]?.result?.contains("5") == true)
    #expect(run["word"]?.state == "failed")
    #expect(run["word"]?.reason?.contains("NUL byte") == true)
  }

  @Test func `ten megabytes come back whole, and go on to the next task`() async throws {
    let run = try await zmey.run(
      "large",
      """
      pipelines:
        - name: large
          tasks:
            - name: write
              script: |
                #!/usr/bin/awk -f
                BEGIN { for (i = 0; i < 1000000; i++) printf "%09d\\n", i }
            - {name: last, script: "#!/bin/sh\\ntail -n 1", after: [{task: write, pass: stdin}]}
      """)
    let written = try #require(run["write"])
    #expect(written.resultBytes == 10_000_000)
    let bytes = try await zmey.zmctl("result", "\(written.id)").bytes
    #expect(bytes.count == 10_000_000)
    let isWhole = bytes.split(separator: 10).enumerated().allSatisfy {
      Int(String(decoding: $1, as: UTF8.self)) == $0
    }
    #expect(isWhole)
    #expect(run["last"]?.result == "000999999\n")
  }

  @Test func `logs tell standard output and standard error apart`() async throws {
    let taskRun = try await zmey.run(
      script: "#!/bin/sh\necho out\necho err >&2\necho more\n", as: "two-streams")
    let logs = try await zmey.zmctl("logs", "\(taskRun.id)")
    #expect(logs.output == "out\nmore\n")
    #expect(logs.error == "err\n")
    #expect(taskRun.result == "out\nmore\n")
  }

  @Test func `logs -f shows output while the script runs, and ends with it`() async throws {
    let gate = "\(zmey.path)/follow"
    try await zmey.template(
      "follow", "#!/bin/sh\necho begun\nuntil [ -e \(gate) ]; do sleep 0.05; done\necho done\n")
    let run = try await zmey.submit("follow")
    let taskRun = try #require(
      try await zmey.must("list", "--run", "\(run)", "--json").json([TaskRun].self).first)
    async let followed = zmey.zmctl("logs", "-f", "\(taskRun.id)")
    try await until("the first line is there") {
      try await zmey.zmctl("logs", "\(taskRun.id)").output == "begun\n"
    }
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)
    #expect(try await followed.output == "begun\ndone\n")
  }

  @Test func `logs -f shows every attempt whole`() async throws {
    let gate = "\(zmey.path)/retry"
    try await zmey.template(
      "retry",
      "#!/bin/sh\necho begun $ZM_ATTEMPT\nuntil [ -e \(gate) ]; do sleep 0.05; done\n"
        + "echo done $ZM_ATTEMPT\n[ $ZM_ATTEMPT = 3 ]\n",
      ["--attempts", "3"])
    let run = try await zmey.submit("retry")
    let taskRun = try #require(
      try await zmey.must("list", "--run", "\(run)", "--json").json([TaskRun].self).first)
    async let followed = zmey.zmctl("logs", "-f", "\(taskRun.id)")
    try await until("the first line is there") {
      try await zmey.zmctl("logs", "\(taskRun.id)").output == "begun 1\n"
    }
    #expect(try await Shell.run("/usr/bin/touch", [gate]).code == 0)
    // Whoever comes late begins with the attempt that is under way then; from there on nothing is missing.
    let whole = (1...3).map { first in (first...3).map { "begun \($0)\ndone \($0)\n" }.joined() }
    #expect(whole.contains(try await followed.output))
  }

  @Test func `output beyond the template's limit is cut with a mark, and the next task runs`() async throws {
    let run = try await zmey.run(
      "cut",
      """
      pipelines:
        - name: cut
          tasks:
            - {name: write, script: "#!/bin/sh\\nhead -c 5000 /dev/zero | tr '\\\\0' y", max_output: 1KiB}
            - {name: next, script: "#!/bin/sh\\ntail -n 1", after: [{task: write, pass: stdin}]}
      """)
    let mark = "[zmey: output after 1024 bytes was cut]\n"
    #expect(run["write"]?.state == "succeeded")
    #expect(run["write"]?.result == String(repeating: "y", count: 1024) + "\n" + mark)
    #expect(run["next"]?.result == mark)
  }
}

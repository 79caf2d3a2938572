import Testing

extension WorkTests {
  @Test func `a task gets its template's variables, its own in their place, and the niceness and limits`()
    async throws
  {
    let run = try await zmey.run(
      "surroundings",
      """
      templates:
        - name: surrounded
          env: {REGION: eu, COLOUR: red, EMPTY: "", TMPDIR: /elsewhere}
          nice: 7
          limits: {open_files: 77}
          script: |
            #!/bin/sh
            echo "$REGION $COLOUR [$EMPTY] $TMPDIR"
            nice
            ulimit -n
            ulimit -Hn
      pipelines:
        - name: surroundings
          tasks:
            - {name: plain, template: surrounded}
            - {name: other, template: surrounded, env: {REGION: us, EMPTY: "no"}}
      """)
    #expect(run["plain"]?.result == "eu red [] /elsewhere\n7\n77\n77\n")
    #expect(run["other"]?.result == "us red [no] /elsewhere\n7\n77\n77\n")
  }

  @Test func `facts of a task run cannot be set, and the place is told`() async throws {
    let outcome = try await zmey.zmctl(
      "apply", "-",
      input: """
        templates:
          - name: forged
            script: "#!/bin/sh"
            env: {FINE: a, ZM_FENCE: 1-2}
        """)
    #expect((outcome.code, outcome.output) == (2, ""))
    #expect(outcome.error.contains(":4:"), "\(outcome.error)")
    #expect(outcome.error.contains("ZM_FENCE"))
    #expect(try await zmey.count("select from zm.template where name = 'forged'") == 0)
    let added = try await zmey.zmctl(
      "template", "add", "forged", "--script", "-", "--env", "ZM_OWNER=you", input: "#!/bin/sh\n")
    #expect(added.code == 2 && added.error.contains("--env"), "\(added.error)")
  }

  @Test func `what uses more than its limits fails with a reason`() async throws {
    let run = try await zmey.run(
      "limits",
      """
      pipelines:
        - name: limits
          tasks:
            - {name: busy, script: "#!/bin/sh\\nwhile :; do :; done", limits: {cpu: 1s}}
            - {name: greedy, script: "#!/usr/bin/env python3\\nprint(len(bytes(1 << 29)))", limits: {memory: 128MiB}}
            - {name: modest, script: "#!/usr/bin/env python3\\nprint(len(bytes(1 << 20)))", limits: {memory: 128MiB}}
      """)
    #expect(run.states == ["busy": "failed", "greedy": "failed", "modest": "succeeded"])
    #expect(run["busy"]?.signal == 24)
    #expect(run["busy"]?.reason == "it was killed by signal 24 (SIGXCPU)")
    // By the kernel where a cgroup counts, else by its own allocation.
    let words = ["MemoryError", "SIGKILL"]
    #expect(words.contains { run["greedy"]?.reason?.contains($0) == true }, "\(run["greedy"]?.reason ?? "")")
  }
}

import Testing

extension WorkTests {
  @Test func `a task runs for each line of a result, and its branch is chosen by theirs`() async throws {
    let run = try await zmey.run(
      "squares",
      """
      pipelines:
        - name: squares
          tasks:
            - {name: list, script: "#!/bin/sh\\nseq 40"}
            - name: square
              map: {over: list, limit: 5}
              script: |
                #!/bin/sh
                echo $(($1 * $1)) "$ZM_ITEM"
              after: [list]
            - name: sum
              script: |
                #!/usr/bin/awk -f
                {s += $1; if ($2 != NR) exit 3}
                END {print s}
              after: [{task: square, pass: stdin}]
            - {name: small, script: "#!/bin/sh\\necho small", after: [{task: sum, when: result < 22140}]}
            - {name: large, script: "#!/bin/sh\\necho large $1", after: [{task: sum, when: 'result matches "^22140$"', pass: argument}]}
            - {name: end, join: none_failed, script: "#!/bin/sh\\necho end $@", after: [{task: small, pass: argument}, {task: large, pass: argument}]}
      """)
    #expect(run.state == "succeeded")
    #expect(run["sum"]?.result == "22140\n")
    #expect(run["small"]?.state == "skipped")
    #expect(run["end"]?.result == "end large 22140\n")
    let shown = try await zmey.must("show", "\(run.id)").output
    #expect(shown.contains("40 of 40 items ended"))
    let why = try await zmey.must("why", "\(try #require(run["small"]?.id))").output
    #expect(
      why.contains(
        #"(success and result < 22140) was not taken: state "succeeded", result "22140", exit_code 0"#))
  }
}

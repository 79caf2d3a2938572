import Testing

extension WorkTests {
  @Test func `a result goes through scripts in sh, awk and Python, by each way of passing it`() async throws {
    let run = try await zmey.run(
      "chain",
      """
      pipelines:
        - name: chain
          tasks:
            - name: numbers
              script: |
                #!/bin/sh
                printf '3\\n4\\n5\\n'
            - name: doubled
              script: |
                #!/usr/bin/awk -f
                { print 2 * $1 }
              after: [{task: numbers, pass: stdin}]
            - name: sum
              script: |
                #!/usr/bin/env python3
                import sys
                print(sum(int(line) for line in sys.argv[1].split()))
              after: [{task: doubled, pass: argument}]
            - name: sentence
              script: |
                #!/bin/sh
                echo "the sum is $ZM_INPUT"
              after: [{task: sum, pass: env}]
      """)
    #expect(run.state == "succeeded")
    #expect(run["doubled"]?.result == "6\n8\n10\n")
    #expect(run["sentence"]?.result == "the sum is 24\n")
  }

  @Test func `several tasks follow one, and a join gets the results of all before it`() async throws {
    let run = try await zmey.run(
      "fan",
      """
      pipelines:
        - name: fan
          tasks:
            - {name: top, script: "#!/bin/sh\\necho top"}
            - {name: left, script: "#!/bin/sh\\necho left $1", after: [{task: top, pass: argument}]}
            - {name: right, script: "#!/bin/sh\\necho right $1", after: [{task: top, pass: argument}]}
            - name: bottom
              script: "#!/bin/sh\\necho $1, $2"
              join: all
              after: [{task: left, pass: argument}, {task: right, pass: argument}]
      """)
    #expect(run["bottom"]?.result == "left top, right top\n")
  }

  @Test func `a failure starts what waits for it, skips the rest, and leaves 'always' its turn`() async throws
  {
    let yaml = """
      pipelines:
        - name: diamond
          tasks:
            - {name: top, script: "#!/bin/sh"}
            - {name: good, script: "#!/bin/sh\\necho good", after: [{task: top}]}
            - {name: bad, script: "#!/bin/sh\\nexit 3", after: [{task: top}]}
            - {name: both, script: "#!/bin/sh", after: [{task: good}, {task: bad}]}
            - {name: beyond, script: "#!/bin/sh", after: [{task: both}]}
            - {name: alarm, script: "#!/bin/sh\\necho alarm", after: [{task: bad, when: failure}]}
            - name: anyway
              script: "#!/bin/sh\\necho anyway"
              after: [{task: good, when: always}, {task: bad, when: always}]
      """
    let run = try await zmey.run("diamond", yaml)
    #expect(
      run.states == [
        "top": "succeeded", "good": "succeeded", "bad": "failed", "both": "skipped", "beyond": "skipped",
        "alarm": "succeeded", "anyway": "succeeded",
      ])
    #expect(run.state == "failed")
    #expect(try await zmey.zmctl("wait", "\(run.id)").code == 1)
  }

  @Test func `a task is tried again until it succeeds`() async throws {
    let taskRun = try await zmey.run(
      script: "#!/bin/sh\necho attempt $ZM_ATTEMPT\ntest $ZM_ATTEMPT = 3", as: "third-time", "--attempts", "3"
    )
    #expect(taskRun.state == "succeeded")
    #expect(taskRun.attempt == 3)
    #expect(taskRun.result == "attempt 3\n")
    #expect(try await zmey.zmctl("logs", "\(taskRun.id)", "--attempt", "1").output == "attempt 1\n")
  }

  @Test func `the last failure is told when no attempt is left`() async throws {
    let taskRun = try await zmey.run(script: "#!/bin/sh\nexit $ZM_ATTEMPT", as: "never", "--attempts", "2")
    #expect(taskRun.state == "failed")
    #expect(taskRun.attempt == 2)
    #expect(taskRun.exitCode == 2)
  }

  @Test func `arguments of the task come first, those given at the start after them`() async throws {
    try await zmey.must(
      "apply", "-",
      input: """
        pipelines:
          - name: greeting
            tasks:
              - {name: greet, script: "#!/bin/sh\\nprintf '%s|' \\"$@\\"", args: [hello, "two words"]}
        """)
    let run: Run = try await zmey.zmctl(
      "start", "greeting/greet", "--arg", "--flag", "--arg", "", "--wait", "--json"
    ).json()
    #expect(run["greet"]?.result == "hello|two words|--flag||")
  }

  @Test func `the demo runs to its end`() async throws {
    let demo = try await zmey.zmctl("demo")
    #expect(demo.code == 0, "\(demo.error)")
    #expect(demo.output.contains("2262 primes, the largest 19997, their sum"))
  }
}

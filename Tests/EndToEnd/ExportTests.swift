import Testing

/// What is written reads back as what it was.
@Suite("Export")
struct ExportTests {
  private static let everything = #"""
    templates:
      - name: fetch
        description: "a: b"
        script: "#!/bin/sh\n\techo 'ä' \n"
        average: 90s
        maximum: 1h
        grace: 5s
        attempts: 3
        retry: {delay: 2s, backoff: 2, max_delay: 1m, jitter: 0.5, exit_codes: [1, 75]}
        rerun_if_lost: false
        max_output: 1MiB
        env: {A: "1"}
        nice: 5
        limits: {open_files: 64, memory: 64MiB, cpu: 10s, processes: 100}
        labels: [gpu, big]
        resources: {licence: 2}
    pipelines:
      - name: "no"
        description: "yes"
        limit: 3
        tasks:
          - {name: a, template: fetch, args: ["", "~"], maximum: 5m, env: {B: "2"}, labels: [small], priority: 7}
          - name: b
            script: "#!/bin/sh"
            map: {over: a, as: json, limit: 10}
            after: [{task: a, when: 'result jsonpath "$.ok ? (@ == true)" or exit_code in (0, 3)', pass: env}]
          - {name: c, script: x, enabled: false, map: {items: ["1", "2"]}, join: any, after: [a, {task: b, when: failure, enabled: false}]}
          - {name: d, script: x, join: n_of 2, after: [{task: a, when: not success and result != "x"}, {task: c, pass: stdin}]}
    events:
      - {name: cron, cron: "0 3 * * mon-fri", timezone: Europe/Berlin, start: ["no", no/b], misfire: all, max_catch_up: 3, args: [--full]}
      - {name: every, description: often, every: 90s, jitter: 10s, overlap: queue, enabled: false, start: ["no"]}
      - {name: at, at: [2027-01-01T12:00], misfire: skip, start: ["no"]}
      - {name: times, times: ["12:15"], days: [mon], starting: 2027-01-01T00:00, until: 2028-01-01T00:00, overlap: allow, start: ["no"]}

    """#

  @Test func `what has everything in it is exported and applied without a change`() async throws {
    let database = try await FreshDatabase()
    try await database.must("resource", "set", "licence", "5")
    #expect(try await database.must("apply", "-", input: Self.everything).output.hasSuffix("\n6 new.\n"))
    #expect(try await database.must("apply", "-", input: Self.everything).output == "6 as they were.\n")
    let export = try await database.must("export").output
    #expect(try await database.must("apply", "--prune", "-", input: export).output == "6 as they were.\n")
    #expect(try await database.must("export").output == export)
    let other = try await FreshDatabase()
    try await other.must("resource", "set", "licence", "5")
    try await other.must("apply", "-", input: export)
    #expect(try await other.must("export").output == export)
  }
}

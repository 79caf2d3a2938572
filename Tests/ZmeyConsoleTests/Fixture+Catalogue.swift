import ZmeyCore

@testable import ZmeyConsole

/// Events, templates, workers and what people did, with names of all kinds.
enum CatalogueFixture {
  /// What a name may do to a terminal that shows it as it is.
  static let hostile = "bad\u{1b}[31m\u{202e}name"

  static func event(
    _ name: String, _ rule: EventDefinition.Rule, _ text: String, in next: Int64?, owner: String = "anna",
    start: [String], upcoming: [Moment] = [], isEnabled: Bool = true, problem: String? = nil,
    last: String? = "started"
  ) -> Event {
    Event(
      definition: EventDefinition(name: name, rule: rule, isEnabled: isEnabled, start: start), owner: owner,
      rule: text, nextDue: next.map { seconds($0) }, upcoming: upcoming, problem: problem,
      lastDue: seconds(-3600), lastOutcome: last)
  }

  static let events: [Event] = [
    event(
      "sales-hourly", .cron("5 * * * *"), "5 * * * *", in: 98, start: ["sales"],
      upcoming: (1...23).map { seconds(98 + $0 * 3600) }),
    event(
      "ops-ping", .every(.seconds(600)), "every 10m", in: 398, start: ["ops/ping"],
      upcoming: (1...100).map { seconds(398 + $0 * 600) }),
    event(
      "顧客同期", .cron("30 */2 * * *"), "30 */2 * * *", in: 1598, start: ["crm/顧客同期", "dwh"],
      upcoming: (1...11).map { seconds(1598 + $0 * 7200) }, last: "skipped"),
    event(
      "backup", .times(["02:00"], days: []), "02:00", in: 42_998, start: ["ops"], last: "failed"),
    event(
      "хранилище", .every(.seconds(90)), "every 1m30s", in: nil, start: ["storage"], isEnabled: false),
    event(
      hostile, .cron("0 0 1 1 *"), "0 0 1 1 *", in: nil, start: ["mars"],
      problem: "no time zone Mars/Phobos"),
    event(
      "audit-export", .cron("0 0 * * 2"), "0 0 * * 2", in: 122_198, owner: "bob", start: ["export"]),
  ]

  static let fires: [Fire] = [
    Fire(
      event: "sales-hourly", owner: "anna", dueAt: seconds(-3), at: seconds(-2), outcome: "started",
      runs: [RunID(59_000_001_042)]),
    Fire(
      event: "顧客同期", owner: "anna", dueAt: seconds(-200), at: seconds(-199), outcome: "skipped",
      reason: "the run 59000001039 that it started before has not ended"),
    Fire(
      event: "ops-ping", owner: "anna", dueAt: seconds(-812), at: seconds(-799), outcome: "caught_up",
      reason: "no scheduler ran", runs: [RunID(59_000_001_030), RunID(59_000_001_031)], count: 2),
    Fire(
      event: hostile, owner: "anna", dueAt: seconds(-4000), at: seconds(-3999), outcome: "failed",
      reason: "no pipeline \"mars\""),
    Fire(
      event: "audit-export", owner: "bob", dueAt: seconds(-90_000), at: seconds(-90_000), outcome: "missed",
      reason: "no scheduler ran", count: 12),
  ]

  static let script = """
    #!/bin/sh
    set -eu
    # Fetches the sales of a day: 売上, продажи.
    day=${1:-today}
    for part in a b c d; do
      \tcurl --fail --silent "https://erp.example/sales/$day/$part" >>"$ZM_WORK/sales.csv"
    done
    printf '\u{1b}[31mdone\u{1b}[0m\\n'
    wc -l <"$ZM_WORK/sales.csv"

    """

  static let templates: [Template] = [
    Template(
      id: 1, name: "fetch", description: "Fetches the sales of one day from the ERP.", owner: "anna",
      program: Program(
        script: script, average: .seconds(10), maximum: .seconds(60), grace: .seconds(5), attempts: 3,
        retry: RetryPolicy(delay: .seconds(5), backoff: 2, jitter: 0.1, exitCodes: [75]),
        rerunIfLost: false, environment: ["LANG": "C"], nice: 5, limits: Limits(memory: 512 << 20),
        labels: ["etl"], resources: ["erp": 1]),
      learned: .seconds(12), usedBy: ["nightly", "売上"], updatedAt: seconds(-400_000)),
    Template(
      id: 2, name: "store", owner: "anna",
      program: Program(script: "#!/bin/sh\necho stored\n", average: .seconds(90)),
      usedBy: ["nightly"], updatedAt: seconds(-500_000)),
    Template(
      id: 3, name: "変換処理", owner: "anna", program: Program(script: "#!/usr/bin/env python3\nprint(42)\n"),
      learned: .milliseconds(250), usedBy: ["nightly", "crm", "dwh"], updatedAt: seconds(-600_000)),
    Template(
      id: 4, name: hostile, description: hostile, owner: "anna", program: Program(script: hostile),
      updatedAt: seconds(-700_000)),
    Template(
      id: 5, name: "обучение", owner: "bob",
      program: Program(script: "#!/usr/bin/perl\nprint 1;\n", maximum: .seconds(7200), attempts: 100),
      learned: .seconds(5400), updatedAt: seconds(-800_000)),
  ]

  static let cluster = Cluster(
    schedulers: [
      Scheduler(
        name: "s-1", address: "db1:7000", host: "db1", processID: 812, isRunning: true,
        startedAt: seconds(-1_050_000), release: "1.0.0", workers: 6),
      Scheduler(
        name: "s-2", host: "db2", isRunning: true, startedAt: seconds(-9000), release: "1.0.0", workers: 1,
        pausedBy: "anna", pauseReason: "kernel upgrade"),
      Scheduler(name: "スケジューラ", isRunning: false),
    ],
    workers: [
      worker("w-01", busy: 4, load: 210, tasks: ["sales/extract", "ops/ping", "sales/load", "fetch"]),
      worker("w-02", busy: 2, load: 100, tasks: ["geo/import", "crm/変換処理"]),
      worker("w-03", busy: 8, load: 790, host: "etl-2", heard: -41, tasks: ["nightly/трансформация"]),
      worker(
        "w-04", busy: 1, load: 40, host: "etl-2", labels: ["etl"], drainedBy: "anna",
        reason: "driver upgrade", tasks: ["dedupe"]),
      worker("w-05", slots: 4, host: "gpu-1", isLinked: false, heard: -192, labels: ["gpu"]),
      worker(hostile, slots: 4, load: 0, host: "機械"),
    ],
    resources: [
      Cluster.Resource(name: "erp", used: 1, amount: 2),
      Cluster.Resource(name: "licence", used: 0, amount: 10),
    ])

  static func worker(
    _ name: String, slots: Int = 8, busy: Int = 0, load: Int? = nil, host: String = "etl-1",
    isLinked: Bool = true, heard: Int64 = -4, labels: [String] = [], drainedBy: String? = nil,
    reason: String? = nil, tasks: [String] = []
  ) -> Worker {
    Worker(
      name: name, scheduler: "s-1", slots: slots, busy: busy, isLinked: isLinked, linkedAt: seconds(-90_000),
      heardAt: seconds(heard), host: host, release: "1.0.0", labels: labels, load: load,
      drainedBy: drainedBy, drainReason: reason, tasks: tasks)
  }

  static let audit: [AuditEntry] = [
    AuditEntry(
      id: 7, at: seconds(-5), who: "anna", address: "10.0.0.7", action: "pause", kind: "pipeline",
      object: "nightly", detail: #"{"runs": [59000001042], "tasks": 3}"#),
    AuditEntry(
      id: 6, at: seconds(-700), who: "bob", action: "change", kind: "worker", object: "w-04",
      detail: #"{"before": {"slots": 8, "labels": []}, "after": {"slots": 4, "labels": ["gpu", "etl"]}}"#),
    AuditEntry(
      id: 5, at: seconds(-7000), who: "анна", action: "create", kind: "template", object: "変換処理",
      detail: #"{"hash": "91c2\"}"}"#),
    AuditEntry(
      id: 4, at: seconds(-70_000), who: "anna", action: "remove", kind: "event", object: hostile,
      detail: hostile),
    AuditEntry(id: 3, at: seconds(-700_000), who: "bob", action: "stop", kind: "run", object: "59000000007"),
  ]
}

extension Desk {
  /// A desk that knows all of the catalogue and shows a view of it.
  static func catalogue(
    _ tab: Tab, rows: Int = 24, columns: Int = 80, tier: Tier = .full, level: Identity.Level = .admin,
    cluster: String = ""
  ) -> Desk {
    var desk = Desk(rows: rows, columns: columns, tier: tier)
    desk.tell(
      .identity(Identity(user: "anna", database: "zm", host: "db1", level: level, cluster: cluster)))
    desk.press("\(tab.rawValue)")
    desk.tell(
      .answer(.events(CatalogueFixture.events), to: .events),
      .answer(.fires(CatalogueFixture.fires), to: .fires(event: nil, limit: 100)),
      .answer(.templates(CatalogueFixture.templates), to: .templates),
      .answer(.cluster(CatalogueFixture.cluster), to: .cluster),
      .answer(.audit(CatalogueFixture.audit), to: .audit(limit: 200)))
    desk.forgetEffects()
    return desk
  }

  /// What the last row says.
  var lastRow: String { rows.last { !$0.isEmpty } ?? "" }

  /// Fills a field of the form that is open anew, and goes to the next.
  mutating func fill(_ text: String) {
    press("C-u", "C-k")
    type(text)
    press("Down")
  }
}

import Postgres
import ZmeyConsole
import ZmeyCore

/// Schedulers, workers and resources.
struct ClusterLook: Look {
  private var cluster = Cluster()
  private var tasks: [String: [String]] = [:]

  private static let statements: [Call] = [
    (
      Statement(
        "feed_schedulers",
        """
        select name, address, host, pid, is_started, started_at, version, workers, paused_by, pause_reason
        from zm_api.scheduler
        """), []
    ),
    (
      Statement(
        "feed_worker_list",
        """
        select name, scheduler, slots, busy, connected, connected_at, last_seen, host, version, labels,
          (load * 100)::int, drained_by, drain_reason
        from zm_api.worker
        """), []
    ),
    (Statement("feed_resources", "select name, used, amount from zm_api.resource order by name"), []),
    (Statement("feed_worker_tasks", "select worker, task from zm_api.tasks_of_workers(20)"), []),
  ]

  func calls(_ memory: Memory) -> [Call] { Self.statements }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    switch index {
    case 0:
      cluster.schedulers = try rows.map { row throws(DatabaseError) in
        Scheduler(
          name: try row.text(0), address: try row.textOrNil(1), host: try row.textOrNil(2),
          processID: try row.intOrNil(3), isRunning: try row.bool(4), startedAt: try row.momentOrNil(5),
          release: try row.textOrNil(6), workers: try row.int(7), pausedBy: try row.textOrNil(8),
          pauseReason: try row.textOrNil(9))
      }.sorted { $0.name < $1.name }
    case 1:
      cluster.workers = try rows.map { row throws(DatabaseError) in
        Worker(
          name: try row.text(0), scheduler: try row.text(1), slots: try row.int(2), busy: try row.int(3),
          isLinked: try row.bool(4), linkedAt: try row.momentOrNil(5), heardAt: try row.momentOrNil(6),
          host: try row.textOrNil(7), release: try row.textOrNil(8), labels: try row.textArray(9),
          load: try row.intOrNil(10), drainedBy: try row.textOrNil(11), drainReason: try row.textOrNil(12))
      }.sorted { $0.name < $1.name }
    case 2:
      cluster.resources = try rows.map { row throws(DatabaseError) in
        Cluster.Resource(name: try row.text(0), used: try row.int(1), amount: try row.int(2))
      }
    default:
      try rows.forEach { row throws(DatabaseError) in
        tasks[try row.text(0), default: []].append(try row.text(1))
      }
    }
  }

  func answer(_ memory: inout Memory) -> Answer? {
    var cluster = cluster
    for index in cluster.workers.indices {
      cluster.workers[index].tasks = tasks[cluster.workers[index].name] ?? []
    }
    return .cluster(cluster)
  }
}

/// What people did, the newest first.
struct AuditLook: Look {
  let limit: Int
  private var entries: [AuditEntry] = []

  init(limit: Int) {
    self.limit = limit
  }

  func calls(_ memory: Memory) -> [Call] {
    // A change of a definition is noted with all of its scripts.
    [
      (
        Statement(
          "feed_audit",
          """
          select id, at, who, host(address), action, kind, object, left(detail::text, 4000)
          from zm_api.audit order by id desc limit $1
          """), [.int8(Int64(limit))]
      )
    ]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    entries = try rows.map { row throws(DatabaseError) in
      AuditEntry(
        id: try row.int64(0), at: try row.moment(1), who: try row.text(2), address: try row.textOrNil(3),
        action: try row.text(4), kind: try row.text(5), object: try row.text(6), detail: try row.textOrNil(7))
    }
  }

  func answer(_ memory: inout Memory) -> Answer? { .audit(entries) }
}

import Postgres
import ZmeyConsole
import ZmeyCore

/// What the first row shows.
struct TotalsLook {
  private(set) var totals = Totals()

  let calls: [Call] = [
    (Statement("feed_work_totals", "select running, paused, queued from zm_api.work()"), []),
    (
      Statement(
        "feed_cluster_totals",
        """
        select s.running, s.total, w.linked, w.total, w.busy, w.slots,
          case when s.running = 0 then 'no scheduler'
            when s.paused = s.running then case s.paused when 1 then s.name else 'schedulers' end || ' paused'
            when w.linked = 0 then 'no worker' when w.drained = w.linked then 'workers drained' end
        from (
          select count(*) filter (where is_started) as running, count(*) as total,
            count(*) filter (where is_started and is_paused) as paused, min(name) filter (where is_started) as name
          from zm_api.scheduler) s
        cross join (
          select count(*) filter (where connected) as linked, count(*) as total, coalesce(sum(busy), 0) as busy,
            coalesce(sum(slots) filter (where connected), 0) as slots,
            count(*) filter (where connected and is_drained) as drained
          from zm_api.worker) w
        """), []
    ),
  ]

  mutating func take(_ index: Int, _ rows: borrowing Rows) throws {
    try rows.forEach { row throws(DatabaseError) in
      guard index > 0 else {
        return (totals.running, totals.paused, totals.queued) = (
          try row.int(0), try row.int(1), try row.int(2)
        )
      }
      (totals.schedulersRunning, totals.schedulers) = (try row.int(0), try row.int(1))
      (totals.workersLinked, totals.workers) = (try row.int(2), try row.int(3))
      (totals.slotsBusy, totals.slots) = (try row.int(4), try row.int(5))
      totals.obstacle = try row.textOrNil(6)
    }
  }
}

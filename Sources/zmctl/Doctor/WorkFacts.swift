/// What waits in vain, of all that the caller may see.
struct WorkFacts: Facts {
  struct Stuck: Decodable, Sendable {
    let owner: String
    let taskRun: Int
    let queued: Int
    let message: String
  }

  let stuck: [Stuck]
  /// Events without a timetable, each with why.
  let unplanned: [String]
  /// Events whose moment has been here for a minute.
  let overdue: [String]
  /// Events that missed something within a day, or could not start it.
  let missed: [String]

  static let name = "work"
  static let query = """
    with mine as materialized (
      select e.id, format('%s of %s', e.name, u.rolname) as name, c.next_at, c.problem
      from zm.event e join zm.event_clock c on c.event_id = e.id join zm.app_user u on u.id = e.owner_id
      where e.is_enabled and not e.is_removed
    )
    select
      coalesce((select jsonb_agg(jsonb_build_object('owner', owner, 'task_run', task_run_id, 'queued', queued,
        'message', message)) from zm_api.stuck()), '[]') as stuck,
      array(select format('%s (%s)', name, problem) from mine where problem is not null order by 1) as unplanned,
      array(select name from mine where next_at < clock_timestamp() - interval '1 min' order by 1) as overdue,
      array(select format('%s (%s)', m.name, string_agg(distinct f.outcome, ', ')) from zm.fire f join mine m on m.id = f.event_id
        where f.outcome in ('missed', 'failed') and f.due_at > clock_timestamp() - interval '1 day' group by m.name order by 1) as missed
    """

  var findings: [Finding] {
    [
      queue,
      .fail(
        "timetables", unplanned, "starts nothing", "mend the event: zmctl event show",
        otherwise: "every event has a timetable"),
      .fail(
        "events", overdue, "is due and was not fired",
        "start a scheduler on a machine that has the event's time zone below /usr/share/zoneinfo",
        otherwise: "no event is late"),
      .warn(
        "ledger", missed, "did not start everything within a day", "zmctl event history tells when and why",
        otherwise: "events started what they should within a day"),
    ]
  }

  private var queue: Finding {
    guard let first = stuck.first else { return .ok("queue", "somebody can take everything that is queued") }
    let total = stuck.reduce(0) { $0 + $1.queued }
    return .fail(
      "queue",
      "\(total) task runs cannot be taken, such as \(first.taskRun) of \(first.owner): \(first.message)",
      "link a worker that may take them, or stop them; zmctl why tells more")
  }
}

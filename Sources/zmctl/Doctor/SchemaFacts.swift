/// The caller, and whether tables, views, policies and functions are as the migrations left them.
struct SchemaFacts: Facts {
  struct Change: Decodable, Sendable {
    let object: String
    let change: String
  }

  let role: String
  let isSuperuser: Bool
  let level: String?
  let changes: [Change]
  let hasWeek: Bool
  let hasNextWeek: Bool

  static let name = "schema"
  static let query = """
    select session_user as role, (select rolsuper from pg_roles where rolname = session_user) as is_superuser,
      zm.level_of(session_user) as level,
      coalesce((select jsonb_agg(c) from zm_api.wall_changes() c), '[]') as changes,
      to_regclass('zm.task_run_w' || w.number) is not null as has_week,
      to_regclass('zm.task_run_w' || w.number + 1) is not null as has_next_week
    from (select zm.day_number(clock_timestamp()) / 7 as number) w
    """

  var findings: [Finding] { [caller, wall, weeks] }

  private var caller: Finding {
    let kind = level.map { $0 == "admin" ? "an admin" : "a \($0)" } ?? "no user of zmey"
    let message = "you are \(role), \(kind)\(isSuperuser ? " and a superuser" : "")"
    return level == nil
      ? .warn("you", message, "what is asked in a user's name is not seen: zmctl user add makes one")
      : .ok("you", message)
  }

  private var wall: Finding {
    .fail(
      "wall", changes.map { "\($0.object) (\($0.change))" },
      "is not as 'zmctl init' and 'zmctl migrate' made it",
      "undo it; if it was meant, let a superuser select zm.record_wall()",
      otherwise: "tables, policies and functions are as they were made")
  }

  private var weeks: Finding {
    if hasWeek && hasNextWeek { return .ok("weeks", "there is room for this week and the next") }
    return .warn(
      "weeks", "there is no room made for \(hasWeek ? "the next" : "this") week",
      "schedulers make it: start one, or see its log")
  }
}

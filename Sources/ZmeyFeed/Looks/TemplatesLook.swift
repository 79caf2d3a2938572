import Postgres
import ZmeyConsole
import ZmeyCore

/// All templates, by name. Programs never change, so each is read once.
struct TemplatesLook: Look {
  private var rows: [(template: Template, program: Int32)] = []

  func calls(_ memory: Memory) -> [Call] {
    [
      (
        Statement(
          "feed_templates",
          """
          select t.id, t.name, t.description, u.rolname, t.program_id, l.average_ms, y.pipelines, t.updated_at
          from zm.template t join zm.app_user u on u.id = t.owner_id
          left join lateral (
            select round(avg(x))::bigint as average_ms from zm.duration d cross join unnest(d.recent_ms) x
            where d.program_id = t.program_id having count(*) >= 3) l on true
          left join (
            select k.template_id, array_agg(distinct p.name order by p.name) as pipelines
            from zm.pipeline p join zm.task k on k.version_id = p.version_id
            where p.removed_at is null and k.template_id is not null group by 1) y on y.template_id = t.id
          where t.removed_at is null
          """), []
      ),
      (
        Statement(
          "feed_scripts",
          """
          select p.id, zm.program_json(p.id) from (
            select distinct program_id as id from zm.template where removed_at is null and program_id <> all ($1)) p
          """), [.int4Array(memory.scripts.keys.sorted())]
      ),
    ]
  }

  mutating func take(_ index: Int, _ rows: borrowing Rows, _ memory: inout Memory) throws {
    guard index == 0 else {
      return try rows.forEach { row throws(DatabaseError) in
        memory.scripts[try row.int32(0)] = try decode(try row.text(1))
      }
    }
    self.rows = try rows.map { row throws(DatabaseError) in
      let template = Template(
        id: try row.int32(0), name: try row.text(1), description: try row.text(2), owner: try row.text(3),
        program: Program(script: ""), learned: try row.millisecondsOrNil(5),
        usedBy: try row.textArrayOrNil(6) ?? [], updatedAt: try row.moment(7))
      return (template, try row.int32(4))
    }
  }

  func answer(_ memory: inout Memory) -> Answer? {
    let all = rows.compactMap { row in
      memory.scripts[row.program].map { program in
        var template = row.template
        template.program = program
        return template
      }
    }
    let used = Set(rows.map(\.program))
    memory.scripts = memory.scripts.filter { used.contains($0.key) }
    return .templates(all.sorted { ($0.name, $0.id) < ($1.name, $1.id) })
  }
}

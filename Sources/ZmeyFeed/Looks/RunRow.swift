import Postgres
import ZmeyConsole
import ZmeyCore

/// A run as its row and its tally say it.
enum RunRow {
  /// How many columns there are.
  static let width = 16

  /// Of what `joins` joins to a row `r` of `zm.run`.
  static let columns = """
    r.id, r.name, r.pipeline_id, r.version_id, ru.rolname, r.total, ry.ended, ry.failed, ry.stopped, ry.last_at, r.is_open,
    r.is_cut, r.created_at, r.created_by, re.name, r.rerun_of
    """

  static let joins = """
    left join zm.app_user ru on ru.id = r.owner_id
    left join zm.event re on re.id = r.event_id
    left join lateral (
      select coalesce(sum(y.ended), 0)::bigint as ended, coalesce(sum(y.failed), 0)::bigint as failed,
        coalesce(sum(y.stopped), 0)::bigint as stopped, max(y.last_at) as last_at
      from zm.run_tally y where y.run_id = r.id) ry on true
    """

  /// Reads the columns of a row from that one on; nil if there is no run.
  static func read(_ row: borrowing Row, at first: Int = 0) throws -> Run? {
    guard let id = try row.int64OrNil(first) else { return nil }
    let (total, ended, failed) = (try row.int(first + 5), try row.int(first + 6), try row.int(first + 7))
    let isLive = try row.bool(first + 10) || ended < total
    let isStopped = try row.bool(first + 11) || row.int64(first + 8) > 0
    return Run(
      id: RunID(id), name: try row.text(first + 1), pipelineID: try row.int32OrNil(first + 2),
      versionID: try row.int32OrNil(first + 3), owner: try row.textOrNil(first + 4) ?? "",
      state: isLive ? .running : failed > 0 ? .failed : isStopped ? .stopped : .succeeded, total: total,
      ended: ended, failed: failed, createdAt: try row.moment(first + 12),
      finishedAt: isLive ? nil : try row.momentOrNil(first + 9), createdBy: try row.text(first + 13),
      event: try row.textOrNil(first + 14), rerunOf: try row.int64OrNil(first + 15).map { RunID($0) })
  }
}

internal import FoundationEssentials
public import Postgres
public import ZmeyCore

extension People {
  /// A version of a pipeline.
  public struct PipelineVersion: Hashable, Sendable {
    /// Counts from 1.
    public let number: Int32
    /// When it was made, in ISO 8601.
    public let createdAt: String
    /// The PostgreSQL role that made it.
    public let createdBy: String
    /// How many tasks it has.
    public let tasks: Int64
  }

  /// Everything that would be wrong with applying these definitions and that their text does not show.
  public static func problems(of definitions: Definitions, _ session: borrowing Session) throws
    -> [DefinitionProblem]
  {
    try session.query(
      Statement("problems", "select place, message from zm_api.problems($1)"), [try json(definitions)]
    ).map { row throws(DatabaseError) in
      DefinitionProblem(place: try row.text(0), message: try row.text(1))
    }
  }

  /// The caller's definition of that kind and name; nil if there is none.
  ///
  /// - Parameter version: of a pipeline; nil for the one of now.
  public static func definition<Definition: Decodable>(
    _ kind: DefinitionKind, _ name: String, version: Int32? = nil, as: Definition.Type = Definition.self,
    _ session: borrowing Session
  ) throws -> Definition? {
    let document =
      try session.query(
        Statement("definition", "select zm_api.definition($1, $2, $3)"),
        [.text(kind.rawValue), .text(name), .int4(version)]
      ).first { row throws(DatabaseError) in try row.textOrNil(0) } ?? nil
    return try document.map { try decode($0) }
  }

  /// Removes a definition of the caller's; runs that are under way go on.
  public static func remove(_ kind: DefinitionKind, _ name: String, _ session: borrowing Session) throws {
    try session.execute(
      Statement("remove", "select zm_api.remove($1, $2)"), [.text(kind.rawValue), .text(name)])
  }

  /// The versions of the caller's pipeline of that name, the newest first; none if there is no such pipeline.
  public static func versions(ofPipeline name: String, _ session: borrowing Session) throws
    -> [PipelineVersion]
  {
    try session.query(
      Statement(
        "pipeline_versions",
        """
        select number, \(iso("created_at")), created_by::text, tasks::bigint from zm_api.pipeline_version
        where pipeline = $1 and owner = session_user order by number desc
        """), [.text(name)]
    ).map { row throws(DatabaseError) in
      PipelineVersion(
        number: try row.int32(0), createdAt: try row.text(1), createdBy: try row.text(2),
        tasks: try row.int64(3))
    }
  }

  /// Whether a pipeline of that name can be seen, or task runs of one.
  public static func isPipelineKnown(_ name: String, _ session: borrowing Session) throws -> Bool {
    try session.query(
      Statement(
        "pipeline_known",
        """
        select exists (select from zm_api.pipeline where name = $1)
          or exists (select from zm_api.task_run where pipeline = $1)
        """), [.text(name)]
    ).first { row throws(DatabaseError) in try row.bool(0) } ?? false
  }

  /// Whose pipelines are meant by NAME or OWNER:NAME: the caller's own, or else those of others that the caller may see.
  public static func owners(ofPipeline address: String, _ session: borrowing Session) throws -> [String] {
    try session.query(
      Statement(
        "pipeline_owners",
        """
        with meant as (
          select owner::text, owner = session_user and name = $1 as is_own from zm_api.pipeline
          where $1 in (name, owner || ':' || name))
        select owner from meant where is_own or not exists (select from meant where is_own) order by owner
        """), [.text(address)]
    ).map { row throws(DatabaseError) in try row.text(0) }
  }

  /// Turns a task on or off, as a new version of its pipeline.
  public static func setTask(
    _ task: String, of pipeline: String, isEnabled: Bool, _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("task_set", "select zm_api.task_set($1, $2, $3)"),
      [.text(pipeline), .text(task), .bool(isEnabled)])
  }

  /// Turns the link from one task to another on or off, as a new version of their pipeline.
  public static func setLink(
    from: String, to: String, of pipeline: String, isEnabled: Bool, _ session: borrowing Session
  ) throws {
    try session.execute(
      Statement("link_set", "select zm_api.link_set($1, $2, $3, $4)"),
      [.text(pipeline), .text(from), .text(to), .bool(isEnabled)])
  }

  static func json(_ definitions: Definitions) throws -> Parameter {
    .json(String(decoding: try JSONEncoder().encode(definitions), as: UTF8.self))
  }

  static func decode<Document: Decodable>(_ text: String) throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(text.utf8))
  }
}

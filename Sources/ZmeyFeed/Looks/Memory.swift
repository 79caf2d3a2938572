import Postgres
import ZmeyConsole
import ZmeyCore
import ZmeySchedule

/// What was read and need not be read again: what never changes, and what is good enough for a while.
struct Memory: Sendable {
  /// How long learned durations are good enough.
  static let patience = Duration.seconds(30)

  /// The task runs of the runs that were looked at last.
  var works: [RunID: Work] = [:]
  /// The newest runs of the pipelines when the board was looked at last.
  var newest: Set<RunID> = []
  /// The workers by number: name, and when they were heard last.
  var workers: [Int32: (name: String, heardAt: Moment?)] = [:]
  /// The versions of pipelines.
  var versions: [Int32: Version] = [:]
  /// Programs, and those of them that are to be looked up.
  var programs: [Int32: ProgramFacts] = [:]
  var unknownPrograms: Set<Int32> = []
  /// What was learned of the durations of programs, by the name of the task.
  var durations: [Int32: [String: Learned]] = [:]
  /// When durations were read; nil to read them again.
  var durationsReadAt: ContinuousClock.Instant? = .now
  /// What there is to say of runs that failed; none for those of which nothing is known.
  var notes: [RunID: String] = [:]
  /// The whole programs of templates.
  var scripts: [Int32: Program] = [:]
  /// How far output was read.
  var outputs: [Query: OutputLook.Cursor] = [:]
  /// Time zones by name; nil for those that are not known here.
  var zones: [String: TimeZoneRules?] = [:]
  /// When events are due after their next time.
  var upcoming: [EventDefinition: (after: Moment, times: [Moment])] = [:]

  /// A version of a pipeline, which never changes but for the programs of its templates.
  struct Version: Sendable {
    var tasks: [Task] = []
    var links: [ShapeLink] = []

    struct Task: Sendable {
      let id: Int32
      let name: String
      let isEnabled: Bool
      let maximum: Duration?
      let program: Int32
    }
  }

  /// Of a program, which never changes.
  struct ProgramFacts: Sendable {
    let average: Duration?
    let maximum: Duration?
  }

  /// What successes of a program taught.
  struct Learned: Sendable {
    let average: Duration?
    let percentile95: Duration?
    let samples: Int
  }

  /// Whether durations are to be read again.
  var isStale: Bool { durationsReadAt.map { .now - $0 > Self.patience } ?? true }

  /// The shape of a version; nil if it is not known.
  func shape(_ version: Int32?) -> Shape? {
    guard let version, let known = versions[version] else { return nil }
    return Shape(
      tasks: known.tasks.map {
        ShapeTask(id: $0.id, name: $0.name, isEnabled: $0.isEnabled, average: average($0.program, $0.name))
      }, links: known.links)
  }

  /// The task runs of a run of a pipeline, by number.
  func taskRuns(of run: Run?) -> [TaskRun] {
    guard let run, let work = works[run.id] else { return [] }
    let maxima = maxima(run)
    return work.rows.map { complete($0, maxima) }
  }

  /// The limits of time that the tasks of a run's version say, by task.
  func maxima(_ run: Run) -> [Int32: Duration] {
    let tasks = run.versionID.flatMap { versions[$0] }?.tasks ?? []
    return Dictionary(tasks.compactMap { task in task.maximum.map { (task.id, $0) } }) { first, _ in first }
  }

  /// A task run with what its program and its worker add; `maxima` are the limits of time that tasks say.
  func complete(_ row: TaskRunRow, _ maxima: [Int32: Duration]) -> TaskRun {
    var taskRun = row.taskRun
    let worker = row.worker.flatMap { workers[$0] }
    taskRun.worker = worker?.name
    if taskRun.state.isInFlight { taskRun.heardAt = worker?.heardAt }
    taskRun.maximum = taskRun.taskID.flatMap { maxima[$0] } ?? programs[row.program]?.maximum
    // No worker runs a task that is repeated over items.
    guard !taskRun.isFan else { return taskRun }
    let learned = learned(row.program, taskRun.name)
    taskRun.average = average(row.program, taskRun.name)
    taskRun.samples = learned?.samples ?? 0
    taskRun.percentile95 = learned?.percentile95
    return taskRun
  }

  /// The usual duration: the definition's until successes have taught better.
  private func average(_ program: Int32, _ name: String) -> Duration? {
    learned(program, name)?.average ?? programs[program]?.average
  }

  /// What successes taught; nil before the third, for fewer say nothing.
  private func learned(_ program: Int32, _ name: String) -> Learned? {
    durations[program]?[name].flatMap { $0.samples >= 3 ? $0 : nil }
  }

  /// Forgets task runs that nobody looks at any more.
  mutating func keep(_ runs: Set<RunID>) {
    works = works.filter { runs.contains($0.key) }
  }
}

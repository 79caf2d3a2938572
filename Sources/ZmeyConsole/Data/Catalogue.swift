public import ZmeyCore

/// An event as lists show it.
public struct Event: Hashable, Sendable {
  /// What it is.
  public var definition: EventDefinition
  /// Whose it is.
  public var owner: String
  /// When it is due, in words: `0 3 * * *`, `every 90s`.
  public var rule: String
  /// When it fires next.
  public var nextDue: Moment?
  /// The times after that within the next day, at most 100.
  public var upcoming: [Moment]
  /// Why it cannot be reckoned when it fires.
  public var problem: String?
  /// When it was due last.
  public var lastDue: Moment?
  /// What came of that.
  public var lastOutcome: String?

  /// An event.
  public init(
    definition: EventDefinition, owner: String, rule: String, nextDue: Moment? = nil, upcoming: [Moment] = [],
    problem: String? = nil, lastDue: Moment? = nil, lastOutcome: String? = nil
  ) {
    self.definition = definition
    self.owner = owner
    self.rule = rule
    self.nextDue = nextDue
    self.upcoming = upcoming
    self.problem = problem
    self.lastDue = lastDue
    self.lastOutcome = lastOutcome
  }
}

/// One time at which an event was due, and what came of it.
public struct Fire: Hashable, Sendable {
  /// The event's name.
  public var event: String
  /// Whose it is.
  public var owner: String
  /// When it was due.
  public var dueAt: Moment
  /// When that was done.
  public var at: Moment
  /// `started`, `caught_up`, `queued`, `skipped`, `missed` or `failed`.
  public var outcome: String
  /// Why, in a sentence.
  public var reason: String?
  /// The runs that it started.
  public var runs: [RunID]
  /// How many times it stands for.
  public var count: Int

  /// A fire.
  public init(
    event: String, owner: String, dueAt: Moment, at: Moment, outcome: String, reason: String? = nil,
    runs: [RunID] = [],
    count: Int = 1
  ) {
    self.event = event
    self.owner = owner
    self.dueAt = dueAt
    self.at = at
    self.outcome = outcome
    self.reason = reason
    self.runs = runs
    self.count = count
  }
}

/// A template as lists show it.
public struct Template: Hashable, Sendable {
  /// Its number.
  public var id: Int32
  /// Its name, unique among its owner's.
  public var name: String
  /// What it is for.
  public var description: String
  /// Whose it is.
  public var owner: String
  /// Its program: the script and what its launch needs.
  public var program: Program
  /// The duration learned from successes.
  public var learned: Duration?
  /// The pipelines that use it.
  public var usedBy: [String]
  /// When it was changed last.
  public var updatedAt: Moment

  /// A template.
  public init(
    id: Int32, name: String, description: String = "", owner: String, program: Program,
    learned: Duration? = nil,
    usedBy: [String] = [], updatedAt: Moment
  ) {
    self.id = id
    self.name = name
    self.description = description
    self.owner = owner
    self.program = program
    self.learned = learned
    self.usedBy = usedBy
    self.updatedAt = updatedAt
  }
}

/// A scheduler as lists show it.
public struct Scheduler: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Where its workers reach it.
  public var address: String?
  /// Where it runs.
  public var host: String?
  /// Its process there.
  public var processID: Int?
  /// Whether it runs.
  public var isRunning: Bool
  /// Since when.
  public var startedAt: Moment?
  /// Which release it is.
  public var release: String?
  /// How many workers are on its list.
  public var workers: Int
  /// Whether it takes no new work, by whom, and why.
  public var pausedBy: String?
  /// Why it takes no new work.
  public var pauseReason: String?

  /// A scheduler.
  public init(
    name: String, address: String? = nil, host: String? = nil, processID: Int? = nil, isRunning: Bool,
    startedAt: Moment? = nil, release: String? = nil, workers: Int = 0, pausedBy: String? = nil,
    pauseReason: String? = nil
  ) {
    self.name = name
    self.address = address
    self.host = host
    self.processID = processID
    self.isRunning = isRunning
    self.startedAt = startedAt
    self.release = release
    self.workers = workers
    self.pausedBy = pausedBy
    self.pauseReason = pauseReason
  }
}

/// A worker as lists show it.
public struct Worker: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Its scheduler.
  public var scheduler: String
  /// How many task runs it may have at once.
  public var slots: Int
  /// How many it has.
  public var busy: Int
  /// Whether its link is there.
  public var isLinked: Bool
  /// Since when.
  public var linkedAt: Moment?
  /// When it was heard last.
  public var heardAt: Moment?
  /// Where it runs.
  public var host: String?
  /// Which release it is.
  public var release: String?
  /// What it has that task runs may ask for.
  public var labels: [String]
  /// The load of its machine over a minute, in hundredths.
  public var load: Int?
  /// Who drained it; nil if nobody did.
  public var drainedBy: String?
  /// Why it is drained.
  public var drainReason: String?
  /// Up to 20 of the task runs that it has, as `pipeline/task` or a template's name, of those that the caller may see.
  public var tasks: [String]

  /// A worker.
  public init(
    name: String, scheduler: String, slots: Int, busy: Int = 0, isLinked: Bool, linkedAt: Moment? = nil,
    heardAt: Moment? = nil, host: String? = nil, release: String? = nil, labels: [String] = [],
    load: Int? = nil,
    drainedBy: String? = nil, drainReason: String? = nil, tasks: [String] = []
  ) {
    self.name = name
    self.scheduler = scheduler
    self.slots = slots
    self.busy = busy
    self.isLinked = isLinked
    self.linkedAt = linkedAt
    self.heardAt = heardAt
    self.host = host
    self.release = release
    self.labels = labels
    self.load = load
    self.drainedBy = drainedBy
    self.drainReason = drainReason
    self.tasks = tasks
  }
}

/// Schedulers and workers, and what all share.
public struct Cluster: Hashable, Sendable {
  /// The schedulers, by name.
  public var schedulers: [Scheduler]
  /// The workers, by name.
  public var workers: [Worker]
  /// Named resources: name, how much is taken, of how much.
  public var resources: [Resource]

  /// How much of a named resource is taken.
  public struct Resource: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// How much is taken.
    public var used: Int
    /// How much there is.
    public var amount: Int

    /// A resource.
    public init(name: String, used: Int, amount: Int) {
      self.name = name
      self.used = used
      self.amount = amount
    }
  }

  /// A cluster.
  public init(schedulers: [Scheduler] = [], workers: [Worker] = [], resources: [Resource] = []) {
    self.schedulers = schedulers
    self.workers = workers
    self.resources = resources
  }
}

/// One thing that somebody did.
public struct AuditEntry: Hashable, Sendable {
  /// Its number.
  public var id: Int64
  /// When.
  public var at: Moment
  /// Who.
  public var who: String
  /// From where; nil for this machine.
  public var address: String?
  /// What: `create`, `pause` …
  public var action: String
  /// To what kind of thing.
  public var kind: String
  /// To which.
  public var object: String
  /// Further facts, as JSON text in one line.
  public var detail: String?

  /// An entry.
  public init(
    id: Int64, at: Moment, who: String, address: String? = nil, action: String, kind: String, object: String,
    detail: String? = nil
  ) {
    self.id = id
    self.at = at
    self.who = who
    self.address = address
    self.action = action
    self.kind = kind
    self.object = object
    self.detail = detail
  }
}

import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct SchedulerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scheduler", abstract: "The registered schedulers.",
    subcommands: [Add.self, List.self, Pause.self, Resume.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Register a scheduler.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name; a scheduler without --name takes the address that it listens on.")
    var name: String

    func validate() throws {
      if let problem = Name.problem(name) { throw ValidationError(problem) }
    }

    func run() async throws {
      try await database.run { session in try People.addScheduler(name, session) }
      try Done.say("added scheduler", name, json: database.json)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the schedulers.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.schedulers(session) }
      if database.json {
        try Output.json(rows.map(SchedulerDocument.init))
      } else {
        ClusterTable.schedulers(rows)
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a scheduler that does not run and has no workers.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.removeScheduler(name, session) }
      try Done.say("removed scheduler", name, json: database.json)
    }
  }
}

struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "The registered workers; schedulers see a change at once.",
    subcommands: [
      Add.self, List.self, Set.self, Drain.self, Undrain.self, Token.self, Certificate.self, Revoke.self,
      Remove.self,
    ])

  fileprivate static func check(_ labels: [String]) throws {
    for label in labels where !Requirement.isName(label) {
      throw ValidationError(
        "'\(label)' is no label: it is 1 to 63 of a-z, 0-9, _, . and -, the first a letter or digit")
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Register a worker with a scheduler.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name: what the worker's -la says.")
    var name: String
    @Option(help: "Whose it is.")
    var scheduler: String
    @Option(help: "How many task runs it may have at once.")
    var slots: Int32
    @Option(name: .customLong("label"), help: "Something that it has and that tasks may ask for.")
    var labels: [String] = []

    func validate() throws {
      if let problem = Name.problem(name) { throw ValidationError(problem) }
      try WorkerCommand.check(labels)
    }

    func run() async throws {
      try await database.run { session in
        try People.addWorker(name, scheduler: scheduler, slots: slots, labels: labels, session)
      }
      try Done.say("added worker", name, json: database.json)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the workers.")
    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let rows = try await database.run { session in try People.workers(session) }
      if database.json { try Output.json(rows.map(WorkerDocument.init)) } else { ClusterTable.workers(rows) }
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Change a worker.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String
    @Option(help: "How many task runs it may have at once.")
    var slots: Int32?
    @Option(name: .customLong("label"), help: "What it has, in place of the labels that it had.")
    var labels: [String] = []
    @Flag(help: "Take all its labels away.")
    var noLabels = false

    func validate() throws {
      if noLabels, !labels.isEmpty { throw ValidationError("--label and --no-labels exclude each other") }
      if slots == nil, labels.isEmpty, !noLabels {
        throw ValidationError("say what: --slots, --label or --no-labels")
      }
      try WorkerCommand.check(labels)
    }

    func run() async throws {
      let labels = labels.isEmpty && !noLabels ? nil : labels
      try await database.run { session in try People.setWorker(name, slots: slots, labels: labels, session) }
      try Done.say("changed worker", name, json: database.json)
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove a worker; it finishes what it has.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.removeWorker(name, session) }
      try Done.say("removed worker", name, json: database.json)
    }
  }
}

struct SchedulerDocument: Encodable {
  let name: String
  let address: String?
  let host: String?
  let pid: Int32?
  let started: Bool
  let workers: Int64
  let isPaused: Bool
  let pausedBy: String?
  let pauseReason: String?

  private enum CodingKeys: String, CodingKey {
    case name, address, host, pid, started, workers
    case isPaused = "is_paused"
    case pausedBy = "paused_by"
    case pauseReason = "pause_reason"
  }

  init(_ view: SchedulerView) {
    name = view.name
    address = view.address
    host = view.host
    pid = view.processID
    started = view.isStarted
    workers = view.workers
    isPaused = view.pausedBy != nil
    pausedBy = view.pausedBy
    pauseReason = view.pauseReason
  }
}

struct WorkerDocument: Encodable {
  let name: String
  let scheduler: String
  let slots: Int32
  let busy: Int32
  let connected: Bool
  let silentSeconds: Int32?
  let host: String?
  let version: String?
  let labels: [String]
  let load: Double?
  let isDrained: Bool
  let drainedBy: String?
  let drainReason: String?

  private enum CodingKeys: String, CodingKey {
    case name, scheduler, slots, busy, connected, host, version, labels, load
    case silentSeconds = "silent_seconds"
    case isDrained = "is_drained"
    case drainedBy = "drained_by"
    case drainReason = "drain_reason"
  }

  init(_ view: WorkerView) {
    name = view.name
    scheduler = view.scheduler
    slots = view.slots
    busy = view.busy
    connected = view.isConnected
    silentSeconds = view.silentSeconds
    host = view.host
    version = view.release
    labels = view.labels
    load = view.load
    isDrained = view.drainedBy != nil
    drainedBy = view.drainedBy
    drainReason = view.drainReason
  }
}

enum ClusterTable {
  static func schedulers(_ rows: [SchedulerView]) {
    Output.table(
      ["SCHEDULER", "STATE", "WORKERS", "ADDRESS", "HOST", "PID"],
      rows.map { row in
        let pause = row.pausedBy.map { _ in "paused\(inBrackets(row.pauseReason))" }
        return [
          row.name, state(row.isStarted ? nil : "stopped", pause, usual: "started"),
          "\(row.workers)", row.address ?? "", row.host ?? "",
          row.isStarted ? row.processID.map { "\($0)" } ?? "" : "",
        ]
      })
  }

  static func workers(_ rows: [WorkerView]) {
    Output.table(
      ["WORKER", "STATE", "BUSY", "LOAD", "SCHEDULER", "HOST", "VERSION", "LABELS"],
      rows.map { row in
        let away = row.isConnected ? nil : "away\(inBrackets(row.silentSeconds.map { "silent \($0) s" }))"
        let drain = row.drainedBy.map { _ in "drained\(inBrackets(row.drainReason))" }
        return [
          row.name, state(away, drain, usual: "linked"), "\(row.busy)/\(row.slots)", row.load.map(load) ?? "",
          row.scheduler, row.host ?? "", row.release ?? "", row.labels.joined(separator: ", "),
        ]
      })
  }

  private static func state(_ parts: String?..., usual: String) -> String {
    let parts = parts.compactMap(\.self)
    return parts.isEmpty ? usual : parts.joined(separator: ", ")
  }

  private static func inBrackets(_ text: String?) -> String { text.map { " (\($0))" } ?? "" }

  /// With two digits, as uptime(1) has it.
  private static func load(_ average: Double) -> String {
    let hundredths = Int((average * 100).rounded())
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }
}

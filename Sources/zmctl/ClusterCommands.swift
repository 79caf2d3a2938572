import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct SchedulerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scheduler", abstract: "The registered schedulers.",
    subcommands: [Add.self, List.self, Remove.self])

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
    subcommands: [Add.self, List.self, Set.self, Remove.self])

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

  init(_ view: SchedulerView) {
    name = view.name
    address = view.address
    host = view.host
    pid = view.processID
    started = view.isStarted
    workers = view.workers
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

  private enum CodingKeys: String, CodingKey {
    case name, scheduler, slots, busy, connected, host, version, labels
    case silentSeconds = "silent_seconds"
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
  }
}

enum ClusterTable {
  static func schedulers(_ rows: [SchedulerView]) {
    Output.table(
      ["SCHEDULER", "STATE", "WORKERS", "ADDRESS", "HOST", "PID"],
      rows.map { row in
        [
          row.name, row.isStarted ? "started" : "stopped", "\(row.workers)", row.address ?? "",
          row.host ?? "",
          row.isStarted ? row.processID.map { "\($0)" } ?? "" : "",
        ]
      })
  }

  static func workers(_ rows: [WorkerView]) {
    Output.table(
      ["WORKER", "STATE", "BUSY", "SCHEDULER", "HOST", "VERSION", "LABELS"],
      rows.map { row in
        let silence = row.silentSeconds.map { " (silent \($0) s)" } ?? ""
        return [
          row.name, row.isConnected ? "linked" : "away\(silence)", "\(row.busy)/\(row.slots)", row.scheduler,
          row.host ?? "", row.release ?? "", row.labels.joined(separator: ", "),
        ]
      })
  }
}

import ArgumentParser
import Glibc
import Logging
import NIOCore
import ZmeyCommand
import ZmeyCore
import ZmeyDaemon
import ZmeyLink
import ZmeyWorker

@main
struct ZmWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zmworker", abstract: "Runs the tasks that its scheduler hands it.", version: release)

  @Option(
    name: [.customLong("la", withSingleDash: true), .customLong("local-address")],
    help: ArgumentHelp(
      "The name that the worker is registered by, often its address such as host:4445; nothing listens there.",
      valueName: "name"))
  var localAddress: String

  @Option(
    name: [.customLong("ra", withSingleDash: true), .customLong("remote-address")],
    help: ArgumentHelp("The place that people are shown, if it is not the host's name.", valueName: "place"))
  var remoteAddress: String?

  @Option(
    name: [.customLong("sa", withSingleDash: true), .customLong("scheduler-address")],
    help: ArgumentHelp("Where its scheduler listens: host:port.", valueName: "host:port"),
    transform: LinkAddress.parse)
  var schedulerAddress: LinkAddress

  @Option(
    name: .customLong("credential"),
    help: ArgumentHelp(
      "The file that 'zmctl worker token' or 'zmctl worker certificate' printed; the scheduler is dialled over TLS.",
      valueName: "file"))
  var credentialFile: String?

  @Option(
    name: [.customLong("dt", withSingleDash: true), .customLong("temporary-folder")],
    help: ArgumentHelp(
      "The folder for scripts, working folders and undelivered results (default: one in /var/tmp).",
      valueName: "folder"))
  var folder: String?

  @Option(
    name: [.customLong("pt", withSingleDash: true), .customLong("progress-period")],
    help: ArgumentHelp("How often a task's percentage is reported.", valueName: "time"))
  var progressPeriod = Timespan.seconds(10)

  @Option(
    name: [.customLong("st", withSingleDash: true), .customLong("ping-period")],
    help: ArgumentHelp("How often the scheduler is pinged.", valueName: "time"))
  var pingPeriod = Timespan.seconds(20)

  @Option(help: ArgumentHelp("How long a stopped worker waits for what it runs.", valueName: "time"))
  var drain = Timespan.seconds(60)

  @Option(
    name: .customLong("allow-user"),
    help: ArgumentHelp("A user that tasks may ask to run as; may be given again.", valueName: "user"))
  var allowedUsers: [String] = []

  @Option(
    name: .customLong("task-user"),
    help: ArgumentHelp("Whom tasks run as that ask for no user; only root can.", valueName: "user"))
  var taskUser: String?

  @Flag(help: "Let tasks that ask for no user run as root, if the worker does.")
  var allowRoot = false

  @Option(
    help: "How the processes of a task are held together: auto, cgroup or signals.",
    transform: { text in
      guard let trees = TaskTrees(rawValue: text) else {
        throw ValidationError("--trees takes auto, cgroup or signals, not '\(text)'")
      }
      return trees
    })
  var trees = TaskTrees.auto

  @OptionGroup var daemon: DaemonOptions

  func validate() throws {
    if let problem = (allowedUsers + [taskUser].compactMap(\.self)).lazy.filter({ !Account.isName($0) }).first
    {
      throw ValidationError("'\(problem)' is no user's name")
    }
    if taskUser != nil, allowRoot {
      throw ValidationError("--task-user and --allow-root exclude each other")
    }
    if let problem = Name.problem(localAddress) { throw ValidationError(problem) }
    guard credentialFile != nil || schedulerAddress.isLoopback else {
      throw ValidationError(
        "without --credential FILE a worker dials a scheduler of its own machine only, and '\(schedulerAddress)' is "
          + "elsewhere")
    }
    guard pingPeriod.milliseconds >= 100, progressPeriod.milliseconds >= 100 else {
      throw ValidationError("a period must be at least 100ms")
    }
  }

  func run() async throws {
    var worker = WorkerConfiguration(
      name: localAddress, scheduler: schedulerAddress, host: remoteAddress ?? hostName(),
      folder: folder ?? "/var/tmp/zmworker-\(getuid())-\(localAddress)",
      progressPeriod: progressPeriod.duration, pingPeriod: pingPeriod.duration, drain: drain.duration,
      release: release)
    worker.allowedUsers = Set(allowedUsers)
    worker.taskUser = taskUser
    worker.isRootAllowed = allowRoot
    try worker.checkUsers()
    worker.trees = trees
    worker.keeper = Self.keeper
    worker.credentialFile = credentialFile
    // What is wrong with it is said at once; later it may be replaced while the worker runs.
    _ = try worker.credential()
    let options = Daemon.Options(
      logFile: daemon.logFile, logLevel: daemon.logLevel, pidFile: daemon.pidFile,
      reload: {
        try Self.parse(ConfigurationFile.expand(Array(CommandLine.arguments.dropFirst()))).daemon.logLevel
      })
    try await Daemon.run("zmworker", options) { loop, logger in
      try WorkerService(worker, loop: loop, logger: logger)
    }
  }

  /// What it is called as the keeper of a worker's tasks.
  private static let keeper = "zmkeeper"

  static func main() async {
    if CommandLine.arguments.first == keeper { return WorkerKeeper.run(CommandLine.arguments) }
    await Tool.run(ZmWorker.self, expanding: ConfigurationFile.expand)
  }
}

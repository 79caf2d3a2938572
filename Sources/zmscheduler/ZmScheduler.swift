import ArgumentParser
import Glibc
import Logging
import NIOCore
import ZmeyCommand
import ZmeyCore
import ZmeyDaemon
import ZmeyInstance
import ZmeyLink
import ZmeyScheduler

@main
struct ZmScheduler: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zmscheduler", abstract: "Hands ready tasks from the database to its workers.",
    version: release)

  @Option(
    name: [.customLong("la", withSingleDash: true), .customLong("local-address")],
    help: ArgumentHelp("Where it listens for workers: host:port.", valueName: "host:port"),
    transform: LinkAddress.parse)
  var localAddress: LinkAddress

  @Option(
    name: [.customLong("ra", withSingleDash: true), .customLong("remote-address")],
    help: ArgumentHelp(
      "The address that people are shown, if workers reach it by another.", valueName: "address"))
  var remoteAddress: String?

  @Option(help: "The name that it is registered by (default: the address it listens on).")
  var name: String?

  @Option(
    name: [.customLong("db", withSingleDash: true), .customLong("db")],
    help:
      "The database, as libpq takes it (default: $ZM_DB, libpq's own environment, the instance of 'zmctl up')."
  )
  var database: String?

  @Option(
    name: [.customLong("cw", withSingleDash: true), .customLong("check-worker")],
    help: ArgumentHelp(
      "After how long a silent worker's tasks are run elsewhere; the worker ends them after four fifths of it.",
      valueName: "time"))
  var checkWorker = Timespan.seconds(60)

  @Option(
    name: [.customLong("pb", withSingleDash: true), .customLong("ping-base")],
    help: ArgumentHelp("How often the database is told how the workers are.", valueName: "time"))
  var pingBase = Timespan.seconds(10)

  @Option(
    name: .customLong("identity"),
    help: ArgumentHelp(
      "The file of its private key and certificate (PEM), made if it is not there; workers come over TLS then.",
      valueName: "file"))
  var identityFile: String?

  @OptionGroup var daemon: DaemonOptions

  func validate() throws {
    guard identityFile != nil || localAddress.isLoopback else {
      throw ValidationError(
        "without TLS a scheduler listens on loopback only, and '\(localAddress)' is reached from elsewhere: "
          + "give it --identity FILE, or use 127.0.0.1:\(localAddress.port)")
    }
    guard checkWorker.milliseconds >= 1000, pingBase.milliseconds >= 100 else {
      throw ValidationError("-cw must be at least 1s and -pb at least 100ms")
    }
  }

  func run() async throws {
    var scheduler = SchedulerConfiguration(
      name: name ?? "\(localAddress)", listen: localAddress, remote: remoteAddress,
      database: try DatabaseAddress.resolve(database), giveUpAfter: checkWorker.duration,
      pulsePeriod: pingBase.duration, host: hostName(), release: release,
      readZone: { try? ZoneFiles.read($0) })
    scheduler.identity = try identityFile.map { try IdentityFile.load($0, makingFor: scheduler.name) }
    let options = Daemon.Options(
      logFile: daemon.logFile, logLevel: daemon.logLevel, pidFile: daemon.pidFile,
      reload: {
        try Self.parse(ConfigurationFile.expand(Array(CommandLine.arguments.dropFirst()))).daemon.logLevel
      })
    try await Daemon.run("zmscheduler", options) { loop, logger in
      SchedulerService(scheduler, loop: loop, logger: logger)
    }
  }

  static func main() async { await Tool.run(ZmScheduler.self, expanding: ConfigurationFile.expand) }
}

import ArgumentParser
import Glibc
import Postgres
import Terminal
import ZmeyCommand
import ZmeyConsole
import ZmeyCore
import ZmeyFeed
import ZmeyInstance

@main
struct ZmTui: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zmtui",
    abstract: "Shows pipelines, and starts, pauses and stops their tasks from the keyboard.",
    version: release, subcommands: [ThemesCommand.self, KeysCommand.self])

  @Option(
    name: [.customLong("db", withSingleDash: true), .customLong("db")],
    help:
      "The database, as libpq takes it (default: $ZM_DB, libpq's own environment, the instance of 'zmctl up')."
  )
  var database: String?

  @Option(help: ArgumentHelp("Show that pipeline alone, NAME or OWNER:NAME.", valueName: "name"))
  var pipeline: String?

  @Option(
    help: ArgumentHelp("Its colours: a theme's name or file; 'zmtui themes' lists them.", valueName: "name"))
  var theme = "default"

  @Flag(name: .customLong("readonly"), help: "Change nothing.")
  var isReadOnly = false

  @Flag(name: .customLong("plain"), help: "Tell changes as lines, for screen readers and pipes.")
  var isPlain = false

  @Option(help: ArgumentHelp("Print one frame of that size as text.", valueName: "columns x rows"))
  var dump: FrameSize?

  static func main() async { await Tool.run(ZmTui.self) }

  func validate() throws {
    if isPlain, dump != nil { throw ValidationError("--plain and --dump exclude each other") }
  }

  /// The main thread has the terminal and sleeps in poll(2); the database has threads of its own.
  @MainActor func run() async throws {
    let shelf = ThemeShelf()
    let theme = try shelf.theme(named: theme)
    var settings = Console.Settings(
      tier: Home.tier(), zone: Home.zone(), keys: try Home.keys(), theme: theme.name, themes: shelf.names,
      isReadOnly: isReadOnly, pipeline: pipeline)
    let conninfo = try DatabaseAddress.resolve(database)
    if dump == nil, !isPlain, isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0 {
      throw Failure(.usage, "standard input and output are no terminal: --plain tells changes as lines")
    }

    let (inbox, pipeline) = (try Inbox(), pipeline)
    let executor = try ThreadExecutor(name: "feed", for: .tasks)
    let (requests, send) = AsyncStream.makeStream(of: FeedRequest.self)
    let status = try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: executor) {
        do {
          let feed = try await Feed.connect(
            conninfo, applicationName: "zmtui", pipeline: pipeline, on: executor)
          inbox.post(.input(.identity(feed.identity), feed.serverTime))
          await feed.run(requests) { input, time in inbox.post(.input(input, time)) }
        } catch {
          inbox.post(.failure(error))
        }
      }
      defer {
        send.finish()
        group.cancelAll()
      }
      let request = { (request: FeedRequest) in _ = send.yield(request) }
      if let dump {
        var snapshot = Snapshot(settings, dump.size, inbox: inbox, send: request)
        return try snapshot.run()
      }
      if isPlain {
        var shell = PlainShell(settings, inbox: inbox, send: request)
        return try shell.run()
      }
      let screen = try Screen.open()
      defer { screen.close() }
      settings.tier = ZmeyConsole.Tier(screen.tier)
      var shell = Shell(screen, settings, theme: theme, themes: shelf, inbox: inbox, send: request)
      let status = try shell.run()
      // The feed may be waiting for a database that does not answer. The operator does not wait for it.
      screen.close()
      Glibc.exit(status)
    }
    if status != 0 { throw ExitCode(status) }
  }
}

/// Such as `80x24`: columns and rows.
struct FrameSize: ExpressibleByArgument {
  let size: Size

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let columns = parts[0], let rows = parts[1], 1...1000 ~= columns, 1...1000 ~= rows
    else {
      return nil
    }
    size = Size(rows: rows, columns: columns)
  }
}

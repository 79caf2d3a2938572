import ArgumentParser
import Postgres
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Print what a task run wrote: standard output and standard error, each to its own.")
  @OptionGroup var database: DatabaseOptions
  @Flag(name: .shortAndLong, help: "Go on until the task run ends, through all its attempts.")
  var follow = false
  @Option(help: "Of which attempt (default: the last).")
  var attempt: Int32?
  @Argument(help: "The number of a task run.")
  var id: Int64

  func validate() throws {
    if let attempt, attempt < 1 { throw ValidationError("--attempt counts from 1") }
  }

  func run() async throws {
    let connection = try await database.open()
    var reader = LogReader(taskRun: TaskRunID(id), attempt: attempt, isFollowing: follow, json: database.json)
    if follow {
      try await Changes.watching(database, connection) { changes in try await reader.printAll(&changes) }
    } else {
      while try reader.print(try await connection.run { [reader] in try reader.read($0) }) != .ended {}
    }
  }
}

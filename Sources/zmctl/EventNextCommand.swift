import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct EventNextCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "List when an event will be due.")
  @OptionGroup var database: DatabaseOptions
  @Argument(help: "Its name; none to try out a rule without a database.")
  var name: String?
  @OptionGroup var rule: EventRuleOptions
  @Option(help: "How many moments.")
  var count = 10
  @Option(help: "Those after that moment in its time zone (default: now).")
  var from: String?

  func run() async throws {}
}

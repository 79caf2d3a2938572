import ArgumentParser
import ZmeyCommand
import ZmeyConsole
import ZmeyCore

struct ThemesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "themes", abstract: "List themes, or tell how well one is read.",
    subcommands: [ThemesListCommand.self, ThemesCheckCommand.self], defaultSubcommand: ThemesListCommand.self)
}

struct ThemesListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the themes that there are.")

  func run() { for name in ThemeShelf().names { print(name) } }
}

struct ThemesCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Show each role of a theme: its contrast, and what becomes of it with fewer colours.",
    discussion: "Exits with 1 if something is hard to read.")

  @Argument(help: "A theme's name, or a file's path; all themes if none is given.")
  var theme: String?

  func run() throws {
    let shelf = ThemeShelf()
    var isPoor = false
    for name in theme.map({ [$0] }) ?? shelf.names {
      let check = try shelf.theme(named: name).check()
      if theme == nil { print("\(name):") }
      for line in check.lines { print(line) }
      for warning in check.warnings { printError("zmtui: \(warning)") }
      isPoor = isPoor || !check.warnings.isEmpty
    }
    if isPoor { throw ExitCode(ExitStatus.failed.rawValue) }
  }
}

struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Print the keys as they are, as a file that can be changed and kept as keys.conf.",
    discussion: "If keys.conf is wrong, what is wrong is told, and the usual keys are printed.")

  func run() throws {
    do { print(try Home.keys().text, terminator: "") } catch let error as any ReportedError {
      Tool.tell(error, by: "zmtui")
      print(KeyMap.standard.text, terminator: "")
      throw ExitCode(error.exitStatus.rawValue)
    }
  }
}

import ArgumentParser
import ZmeyCommand

@main
struct ZmCtl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zmctl",
    abstract: "Runs scripts on many machines, for several people, from one terminal.",
    version: release,
    groupedSubcommands: [
      CommandGroup(
        name: "A private instance:", subcommands: [UpCommand.self, DownCommand.self, DemoCommand.self]),
      CommandGroup(
        name: "A database:", subcommands: [InitCommand.self, MigrateCommand.self, DoctorCommand.self]),
      CommandGroup(
        name: "Definitions:",
        subcommands: [
          ApplyCommand.self, DiffCommand.self, ValidateCommand.self, ExportCommand.self, TemplateCommand.self,
          PipelineCommand.self, TaskCommand.self, LinkCommand.self, EventCommand.self, SecretCommand.self,
        ]),
      CommandGroup(
        name: "Work:",
        subcommands: [StartCommand.self, SubmitCommand.self, ExecCommand.self, WaitCommand.self]),
      CommandGroup(
        name: "Control:",
        subcommands: [
          PauseCommand.self, ResumeCommand.self, HoldCommand.self, ReleaseCommand.self, StopCommand.self,
          RerunCommand.self,
        ]),
      CommandGroup(
        name: "A look:",
        subcommands: [
          ListCommand.self, ShowCommand.self, WhyCommand.self, ResultCommand.self, LogsCommand.self,
          HistoryCommand.self, StatusCommand.self, AuditCommand.self,
        ]),
      CommandGroup(
        name: "The cluster:",
        subcommands: [
          SchedulerCommand.self, WorkerCommand.self, ResourceCommand.self, UserCommand.self,
        ]),
      CommandGroup(name: "Measurements:", subcommands: [BenchCommand.self]),
    ])

  static func main() async { await Tool.run(ZmCtl.self) }
}

import ArgumentParser
import ZmeyCommand
import ZmeyCore
import ZmeyStore

struct TaskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "The tasks of pipelines.",
    subcommands: [List.self, Show.self, Set.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the tasks of a pipeline.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The pipeline.")
    var pipeline: String

    func run() async throws {
      let tasks = try await database.run { session in try Lookup.pipeline(pipeline, session).tasks }
      if database.json { return try Output.json(tasks) }
      Output.table(
        ["TASK", "STATE", "RUNS", "AFTER"],
        tasks.map { task in
          [task.name, task.isEnabled ? "on" : "off", Self.work(task), Self.links(task)]
        })
    }

    private static func work(_ task: TaskDefinition) -> String {
      let program =
        switch task.work {
        case .template(let name): name
        case .inline: "a script of its own"
        }
      return task.map == nil ? program : "\(program), for each item"
    }

    private static func links(_ task: TaskDefinition) -> String {
      let links = task.after.map { link in
        let remarks = (link.when == .success ? [] : ["\(link.when)"]) + (link.isEnabled ? [] : ["off"])
        return remarks.isEmpty ? link.task : "\(link.task) (\(remarks.joined(separator: ", ")))"
      }
      return links.joined(separator: ", ")
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a task of a pipeline as YAML.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "PIPELINE/TASK.")
    var path: TaskPath

    func run() async throws {
      let pipeline = try await database.run { session in try Lookup.pipeline(path.pipeline, session) }
      guard let task = pipeline.tasks.first(where: { $0.name == path.task }) else {
        throw Failure(.refused, "no task \"\(path.task)\" in pipeline \"\(path.pipeline)\"")
      }
      let alone = PipelineDefinition(name: pipeline.name, tasks: [task])
      try Catalogue.show(task, as: Definitions(pipelines: [alone]), json: database.json)
    }
  }

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a task on or off; one that is off is skipped.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "PIPELINE/TASK.")
    var path: TaskPath
    @Flag(exclusivity: .exclusive)
    var state: Switch

    func run() async throws {
      try await database.run { session in
        try People.setTask(path.task, of: path.pipeline, isEnabled: state.isOn, session)
      }
      try Done.say(state.turned("task"), "\(path)", json: database.json)
    }
  }
}

struct LinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "The links between tasks.", subcommands: [Set.self])

  struct Set: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a link on or off; one that is off is as if it were not there.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The pipeline.")
    var pipeline: String
    @Argument(help: "The task that it comes from.")
    var from: String
    @Argument(help: "The task that it leads to.")
    var to: String
    @Flag(exclusivity: .exclusive)
    var state: Switch

    func run() async throws {
      try await database.run { session in
        try People.setLink(from: from, to: to, of: pipeline, isEnabled: state.isOn, session)
      }
      try Done.say(state.turned("link"), "\(pipeline)/\(from) → \(to)", json: database.json)
    }
  }
}

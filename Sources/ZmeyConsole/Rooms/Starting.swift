import ZmeyCore

extension World {
  /// How commands name a pipeline: another's with its owner.
  func address(_ pipeline: String, of owner: String) -> String {
    isMine(owner) ? pipeline : "\(owner):\(pipeline)"
  }
}

extension Form {
  /// Asks for arguments in a line, and makes commands of them.
  static func arguments(for name: String, _ commands: @escaping @Sendable ([String]) -> [Command]) -> Form {
    Form(
      "Start \(name) with arguments",
      [
        .text(
          "arguments", "arguments",
          hint: "parted by blanks, quoted as in a shell; they follow those of the first tasks")
      ]
    ) { values in
      guard let arguments = ArgumentLine.split(values["arguments"] ?? "") else {
        return .wrong("arguments", ArgumentLine.problem)
      }
      return .commands(commands(arguments))
    }
  }
}

extension Context {
  /// Starts the pipeline of a run, with arguments if an action says so; what may not be started the database refuses.
  mutating func start(_ action: Action, _ run: Run) {
    guard run.pipelineID != nil else {
      return say("\(run.name) is no pipeline's: run it again instead", isError: true)
    }
    let name = world.address(run.name, of: run.owner)
    guard action == .startWith else { return act([.start(pipeline: name, task: nil, arguments: [])]) }
    show(.arguments(for: run.name) { [.start(pipeline: name, task: nil, arguments: $0)] })
  }
}

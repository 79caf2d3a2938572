public import ZmeyCore

/// A change of a pipeline that a form makes. It is made to the definition that stands when it arrives.
public enum PipelineChange: Hashable, Sendable {
  /// Adds a task at the end, with the links that lead to it.
  case addTask(TaskDefinition)
  /// Removes a task and the links from and to it.
  case removeTask(String)
  /// Adds a link to that task, or changes the one that there is from the same task.
  case setLink(to: String, LinkDefinition)
  /// Removes a link.
  case removeLink(from: String, to: String)
}

extension PipelineDefinition {
  /// Makes a change; what is wrong with it, if it cannot be made.
  public mutating func make(_ change: PipelineChange) -> String? {
    switch change {
    case .addTask(let task):
      if tasks.contains(where: { $0.name == task.name }) { return "there is a task '\(task.name)' already" }
      tasks.append(task)
    case .removeTask(let name):
      guard let index = tasks.firstIndex(where: { $0.name == name }) else {
        return "there is no task '\(name)'"
      }
      if tasks.count == 1 { return "'\(name)' is the last task: remove the pipeline" }
      tasks.remove(at: index)
      for index in tasks.indices { tasks[index].after.removeAll { $0.task == name } }
    case .setLink(let to, let link):
      guard let index = tasks.firstIndex(where: { $0.name == to }) else { return "there is no task '\(to)'" }
      if let known = tasks[index].after.firstIndex(where: { $0.task == link.task }) {
        tasks[index].after[known] = link
      } else {
        tasks[index].after.append(link)
      }
    case .removeLink(let from, let to):
      guard let index = tasks.firstIndex(where: { $0.name == to }),
        let link = tasks[index].after.firstIndex(where: { $0.task == from })
      else { return "there is no link from '\(from)' to '\(to)'" }
      tasks[index].after.remove(at: link)
    }
    return nil
  }
}

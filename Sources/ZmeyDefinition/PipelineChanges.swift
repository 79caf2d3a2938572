public import ZmeyCore

/// What is different between two definitions of a pipeline, told by its tasks.
public struct PipelineChanges: Hashable, Sendable {
  /// Tasks that are new, in their order.
  public let added: [String]
  /// Tasks that are in both and not the same, in their order.
  public let changed: [String]
  /// Tasks that are gone, in their order.
  public let removed: [String]
  /// Whether something else is different: the pipeline's own facts, or the order of its tasks.
  public let isItselfChanged: Bool

  /// From one definition to another.
  public init(from before: PipelineDefinition, to after: PipelineDefinition) {
    let old = Dictionary(before.tasks.map { ($0.name, $0) }) { first, _ in first }
    let new = Set(after.tasks.map(\.name))
    added = after.tasks.map(\.name).filter { old[$0] == nil }
    changed = after.tasks.filter { task in old[task.name].map { $0 != task } ?? false }.map(\.name)
    removed = before.tasks.map(\.name).filter { !new.contains($0) }
    var frame = before
    frame.tasks = after.tasks
    isItselfChanged =
      frame != after
      || before.tasks.map(\.name).filter(new.contains) != after.tasks.map(\.name).filter { old[$0] != nil }
  }

  /// In a few words: `+ load, ~ extract, - old`; of more than `limit` tasks the rest is counted.
  public func summary(limit: Int = 6) -> String {
    let marked = added.map { "+ \($0)" } + changed.map { "~ \($0)" } + removed.map { "- \($0)" }
    let rest = marked.count > limit ? ["\(marked.count - limit) more"] : []
    return (marked.prefix(limit) + rest + (isItselfChanged ? ["the pipeline itself"] : [])).joined(
      separator: ", ")
  }
}

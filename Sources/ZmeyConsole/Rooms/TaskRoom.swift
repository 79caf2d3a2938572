import ZmeyCore

/// One task run: what is known of it, and its output.
struct TaskRoom: Room {
  private var id: TaskRunID?
  /// The attempt whose output is shown; nil for the last.
  var attempt: Int?
  var output = TaskOutput()
  /// How the screen is divided between facts and output.
  var share = Share.both
  /// Whether the output stands alone on the screen, without frame.
  var isBare = false

  /// How much room the output has.
  enum Share: Int {
    case facts, both, fewFacts, output
  }

  var scopes: [Scope] { [.text] }
  var filterText: String { output.needle }

  /// The room of a task run; how it is looked at stays.
  func showing(_ id: TaskRunID) -> TaskRoom {
    if self.id == id { return self }
    var room = TaskRoom()
    room.id = id
    room.share = share
    room.output.wraps = output.wraps
    return room
  }

  func detail(_ world: World) -> TaskDetail? { id.flatMap { world.task($0) ?? nil } }

  /// Whether the database said that there is none.
  func isGone(_ world: World) -> Bool { id.flatMap { world.task($0) } == .some(.none) }

  func wants(_ world: World) -> [Query] { id.map { [.task($0)] + [outputQuery($0)] } ?? [] }

  private func outputQuery(_ id: TaskRunID) -> Query { .output(id, attempt: attempt, tail: output.tail) }

  func crumbs(_ world: World) -> String {
    guard let detail = detail(world) else { return id.map { "task run \($0)" } ?? "" }
    return "\(detail.run.name) > \(detail.taskRun.itemName)"
  }

  func hints(_ world: World) -> [Hint] {
    var hints = [
      Hint(action: .follow, label: "follow"), Hint(action: .wrap, label: "wrap"),
      Hint(action: .times, label: "times"), Hint(action: .find, label: "find"),
    ]
    if !output.needle.isEmpty { hints.append(Hint(action: .findNext, label: "next")) }
    if let taskRun = detail(world)?.taskRun {
      hints +=
        taskRun.state.isEnd ? [Hint(action: .rerun, label: "again")] : [Hint(action: .stop, label: "stop")]
      if taskRun.maxAttempts > 1, taskRun.attempt > 1 {
        hints.append(Hint(action: .nextPane, label: "attempt"))
      }
      if !taskRun.state.isEnd, taskRun.startedAt == nil { hints.append(Hint(action: .why, label: "why")) }
    }
    return hints + [
      Hint(action: .pager, label: "pager"), Hint(action: .copy, label: "copy"),
      Hint(action: .bare, label: "bare"),
      Hint(action: .open, label: "run"),
    ]
  }

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) {
    // What was asked for another tail or attempt comes too late.
    guard let id, query == outputQuery(id), case .output(let piece) = answer else { return }
    output.take(piece, shape(context), in: &context)
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    if output.handle(action, shape(context), in: &context) { return true }
    switch action {
    case .bare: isBare.toggle()
    case .zoomIn: share = Share(rawValue: share.rawValue + 1) ?? share
    case .zoomOut: share = Share(rawValue: share.rawValue - 1) ?? share
    default:
      guard let detail = detail(context.world) else { return false }
      return handle(action, detail, in: &context)
    }
    return true
  }

  private mutating func handle(_ action: Action, _ detail: TaskDetail, in context: inout Context) -> Bool {
    let (taskRun, run) = (detail.taskRun, detail.run)
    switch action {
    case .open: context.open(.run(run.id))
    case .nextPane: return showAttempt(by: 1, taskRun)
    case .previousPane: return showAttempt(by: -1, taskRun)
    case .why:
      let reasons = detail.why.isEmpty ? taskRun.reason.map { [$0] } ?? [] : detail.why
      guard !reasons.isEmpty else {
        context.say("\(taskRun.itemName) is \(taskRun.stateWords): there is no more to say")
        return true
      }
      context.show(reasons, title: "Why \(taskRun.itemName) does not run")
    case .copyRow: context.copy(taskRun.json(run).line)
    case .start, .startWith: context.start(action, run)
    case .edit:
      context.edit(
        scriptOf: run.pipelineID == nil ? .template(taskRun.name) : .task(taskRun.name, pipeline: run.name))
    case .editAll:
      guard run.pipelineID != nil else { return false }
      context.edit(.pipeline, run.name)
    default: return context.act(action, on: [ActingTarget(taskRun, now: context.now)])
    }
    return true
  }

  /// Shows the output of the next attempt, around the end.
  private mutating func showAttempt(by step: Int, _ taskRun: TaskRun) -> Bool {
    guard taskRun.attempt > 1 else { return false }
    let next = ((attempt ?? taskRun.attempt) - 1 + step + taskRun.attempt) % taskRun.attempt + 1
    // The last is not pinned: should one more begin, that is shown.
    attempt = next == taskRun.attempt ? nil : next
    output.clear()
    return true
  }

  mutating func back(in context: inout Context) -> Bool {
    if isBare {
      isBare = false
      return true
    }
    return output.forgetNeedle()
  }

  mutating func filter(_ text: String, in context: inout Context) { output.look(for: text, shape(context)) }

  // How the screen is divided -----------------------------------------------------------------------------

  /// The parts of the screen for facts and output; each may be empty.
  func parts(_ body: Rect, _ facts: Int) -> (facts: Rect, output: Rect) {
    let most =
      switch share {
      case _ where isBare: 0
      case .facts: body.rows - 6
      case .both: max(3, body.rows * 2 / 5 - 2)
      case .fewFacts: 2
      case .output: 0
      }
    let count = min(facts, most)
    guard body.rows >= 8, count > 0 else { return (body.top(0), body) }
    return (body.top(count + 2), body.below(count + 2))
  }

  private func shape(_ context: Context) -> TaskOutput.Shape {
    let count = detail(context.world).map { facts($0).count } ?? 1
    let part = parts(context.body, count).output
    return TaskOutput.Shape(
      isBare ? part : part.inside, isBare: isBare, hasTimes: context.world.isAbsoluteTime)
  }
}

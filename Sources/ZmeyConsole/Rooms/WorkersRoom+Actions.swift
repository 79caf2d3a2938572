import ZmeyCore

extension WorkersRoom {
  /// Does what an action means for the worker under the cursor, or for those that are marked.
  func act(_ action: Action, _ worker: Worker, _ chosen: [Worker], _ context: inout Context) -> Bool {
    switch action {
    case .open: context.show(worker.lines(context.world), title: "worker \(worker.name)")
    case .drain, .pause: drain(chosen, &context)
    case .undrain, .resume: undrain(chosen, &context)
    case .edit: if isAdmin(&context) { context.show(WorkerForm.edit(worker)) }
    case .remove:
      guard isAdmin(&context) else { return true }
      context.askToRemove("worker", chosen.map(\.target)) { .removeWorker($0) }
    case .copy: context.copy(chosen.map(\.name).joined(separator: "\n"))
    case .copyRow: context.copy(chosen.map(\.json.line).joined(separator: "\n"))
    default: return false
    }
    return true
  }

  /// Does what an action means for the scheduler under the cursor.
  func act(_ action: Action, _ scheduler: Scheduler, _ context: inout Context) -> Bool {
    switch action {
    case .open: context.show(scheduler.lines(context.world), title: "scheduler \(scheduler.name)")
    case .pause, .drain:
      guard isAdmin(&context) else { return true }
      if let by = scheduler.pausedBy {
        return says("\(scheduler.name) is paused already, by \(by)", &context)
      }
      context.show(WorkerForm.pause(scheduler.name))
    case .resume, .undrain:
      guard isAdmin(&context) else { return true }
      guard scheduler.pausedBy != nil else { return says("\(scheduler.name) is not paused", &context) }
      context.act(
        [.resumeScheduler(scheduler.name)],
        undo: Undo(
          "resumed", scheduler.name, .pauseScheduler(scheduler.name, reason: scheduler.pauseReason)))
    case .remove:
      guard isAdmin(&context) else { return true }
      context.askToRemove("scheduler", [scheduler.target]) { .removeScheduler($0) }
    case .copy: context.copy(scheduler.name)
    case .copyRow: context.copy(scheduler.json.line)
    default: return false
    }
    return true
  }

  private func says(_ text: String, _ context: inout Context) -> Bool {
    context.say(text)
    return true
  }

  /// A form for a new worker, if there is a scheduler for it.
  func addWorker(_ context: inout Context) {
    guard isAdmin(&context), let cluster = context.world.cluster else { return }
    if cluster.schedulers.isEmpty {
      return context.say("a worker needs a scheduler: add one first", isError: true)
    }
    context.show(WorkerForm.new(cluster))
  }

  /// A form for a new scheduler.
  func addScheduler(_ context: inout Context) {
    guard isAdmin(&context), let cluster = context.world.cluster else { return }
    context.show(WorkerForm.newScheduler(cluster))
  }

  private func drain(_ workers: [Worker], _ context: inout Context) {
    guard isAdmin(&context) else { return }
    let targets = workers.filter { $0.drainedBy == nil }.map(\.target)
    if targets.isEmpty { return context.say("\(workers.map(\.target).named("worker")): drained already") }
    context.show(WorkerForm.drain(targets))
  }

  private func undrain(_ workers: [Worker], _ context: inout Context) {
    guard isAdmin(&context) else { return }
    let drained = workers.filter { $0.drainedBy != nil }
    if drained.isEmpty { return context.say("\(workers.map(\.target).named("worker")): not drained") }
    context.act(
      drained.map { .undrainWorker($0.name) },
      undo: Undo(
        "undrained", "workers",
        drained.map {
          Undo.Step(names: [$0.name], commands: [.drainWorker($0.name, reason: $0.drainReason)])
        }))
  }

  /// Whether the caller may change schedulers and workers; says so if not.
  private func isAdmin(_ context: inout Context) -> Bool {
    if context.world.identity?.level == .admin { return true }
    context.say("only an admin changes schedulers and workers", isError: true)
    return false
  }
}

extension Worker {
  var target: Target {
    Target(
      name: name,
      consequence: busy == 0 ? "" : "\(busy) task run\(busy == 1 ? "" : "s") on it go on to the end")
  }

  /// What it does and what is to know about it, to read.
  fileprivate func lines(_ world: World) -> [String] {
    var lines = tasks.isEmpty ? ["no task that you may see runs here"] : tasks
    if busy > tasks.count { lines.append("and \(busy - tasks.count) more") }
    lines += ["", "scheduler \(scheduler)", "slots     \(busy) of \(slots) taken"]
    if let linkedAt, isLinked { lines.append("linked    since \(TimeText.date(linkedAt, world.zone))") }
    if let heardAt, !isLinked { lines.append("heard     last \(TimeText.date(heardAt, world.zone))") }
    if let host { lines.append("host      \(host)") }
    if let release { lines.append("release   \(release)") }
    if !labels.isEmpty { lines.append("labels    \(labels.joined(separator: ", "))") }
    if let drainedBy { lines.append("drained   by \(drainedBy)\(drainReason.map { ": \($0)" } ?? "")") }
    return lines
  }

  /// It as one JSON object.
  fileprivate var json: JSON {
    .object([
      ("name", .text(name)), ("scheduler", .text(scheduler)), ("host", .text(host)),
      ("linked", .bool(isLinked)),
      ("slots", .number(Int64(slots))), ("busy", .number(Int64(busy))), ("release", .text(release)),
      ("labels", .texts(labels)), ("heard_at", .moment(heardAt)), ("drained_by", .text(drainedBy)),
      ("drain_reason", .text(drainReason)), ("tasks", .texts(tasks)),
    ])
  }
}

extension Scheduler {
  var target: Target {
    Target(
      name: name, consequence: workers == 0 ? "" : "\(workers) worker\(workers == 1 ? "" : "s") on its list")
  }

  /// What is to know about it, to read.
  fileprivate func lines(_ world: World) -> [String] {
    [
      startedAt.map { "\(isRunning ? "running" : "ran") since \(TimeText.date($0, world.zone))" }
        ?? (isRunning ? "running" : "never ran"),
      host.map { "host      \($0)\(processID.map { ", process \($0)" } ?? "")" },
      address.map { "address   \($0)" }, release.map { "release   \($0)" }, "workers   \(workers)",
      pausedBy.map { "paused    by \($0)\(pauseReason.map { ": \($0)" } ?? "")" },
    ].compactMap { $0 }
  }

  /// It as one JSON object.
  fileprivate var json: JSON {
    .object([
      ("name", .text(name)), ("host", .text(host)), ("address", .text(address)),
      ("running", .bool(isRunning)),
      ("started_at", .moment(startedAt)), ("release", .text(release)), ("workers", .number(Int64(workers))),
      ("paused_by", .text(pausedBy)), ("pause_reason", .text(pauseReason)),
    ])
  }
}

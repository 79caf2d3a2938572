import ZmeyCore

/// Schedulers and workers, and the resources that all share.
struct WorkersRoom: Room {
  /// What keys may mean.
  enum Pane {
    case workers, schedulers
  }

  /// By what the workers may be sorted.
  enum Key: String, CaseIterable {
    case name, load, busy
  }

  var pane = Pane.workers
  var cursor = ListCursor<String>()
  var filter = Filter()
  var order = ListOrder(Key.name)
  var schedulerCursor = ListCursor<String>()
  var schedulerFilter = Filter()

  var scopes: [Scope] { [.workers, .lists] }

  func wants(_ world: World) -> [Query] { [.cluster] }

  func crumbs(_ world: World) -> String {
    guard let cluster = world.cluster else { return "" }
    return "\(cluster.workers.count { $0.isLinked })/\(cluster.workers.count) linked"
  }

  func hints(_ world: World) -> [Hint] {
    switch pane {
    case .workers:
      [
        Hint(action: .open, label: "tasks"), Hint(action: .drain, label: "drain"),
        Hint(action: .undrain, label: "undrain"), Hint(action: .edit, label: "edit"),
        Hint(action: .new, label: "new"),
        Hint(action: .filter, label: "filter"), Hint(action: .sort, label: "order"),
        Hint(action: .nextPane, label: "schedulers"),
      ]
    case .schedulers:
      [
        Hint(action: .open, label: "about it"), Hint(action: .pause, label: "pause"),
        Hint(action: .resume, label: "resume"), Hint(action: .new, label: "new"),
        Hint(action: .filter, label: "filter"), Hint(action: .nextPane, label: "workers"),
      ]
    }
  }

  // What is listed ------------------------------------------------------------------------------------------

  /// The workers that the filter shows, in order; by load and by slots the highest first.
  func workers(_ world: World, _ now: Moment) -> [Worker] {
    let all = (world.cluster?.workers ?? []).filter { worker in
      let words = [worker.name, worker.scheduler, worker.host ?? "", worker.release ?? ""]
      return filter.passes(
        words + worker.labels + worker.tasks,
        ["worker": [worker.name], "state": [worker.state(now).rawValue], "task": worker.tasks])
    }
    return order.sort(all) { worker in
      switch order.key {
      case .name: Rank(number: 0, name: worker.name)
      case .load: Rank(number: -(worker.load ?? -1), name: worker.name)
      case .busy: Rank(number: -worker.busy, name: worker.name)
      }
    }
  }

  /// What a worker comes after: a number, then its name.
  private struct Rank: Comparable {
    let number: Int
    let name: String

    static func < (left: Rank, right: Rank) -> Bool { (left.number, left.name) < (right.number, right.name) }
  }

  /// The schedulers that the filter shows, by name.
  func schedulers(_ world: World) -> [Scheduler] {
    (world.cluster?.schedulers ?? []).filter { scheduler in
      schedulerFilter.passes(
        [scheduler.name, scheduler.host ?? "", scheduler.release ?? ""], ["state": [scheduler.state.rawValue]]
      )
    }.sorted { $0.name < $1.name }
  }

  // Handling ------------------------------------------------------------------------------------------------

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) { settle(context) }

  private mutating func settle(_ context: Context) {
    cursor.settle(in: workers(context.world, context.now).map(\.name), height: height(of: .workers, context))
    schedulerCursor.settle(
      in: schedulers(context.world).map(\.name), height: height(of: .schedulers, context))
  }

  /// How many rows a list has while keys mean it.
  private func height(of pane: Pane, _ context: Context) -> Int {
    let layout = Layout(context.body, pane, context.world)
    return TableView<Worker>.height(in: (pane == .workers ? layout.workers : layout.schedulers).pane)
  }

  mutating func back(in context: inout Context) -> Bool {
    if !filterText.isEmpty {
      filter("", in: &context)
    } else if pane == .workers, !cursor.marks.isEmpty {
      _ = cursor.mark(.unmark, in: [], height: 1)
    } else if pane == .schedulers {
      pane = .workers
    } else {
      return false
    }
    return true
  }

  var filterText: String { pane == .workers ? filter.text : schedulerFilter.text }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    cursor.filterIsTyped(isTyped, in: workers(context.world, context.now).map(\.name))
    schedulerCursor.filterIsTyped(isTyped, in: schedulers(context.world).map(\.name))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    if pane == .workers { filter = Filter(text) } else { schedulerFilter = Filter(text) }
    settle(context)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    guard case .row(let row) = target else { return }
    let workers = workers(context.world, context.now).map(\.name)
    pane = row < workers.count ? .workers : .schedulers
    if pane == .workers {
      cursor.select(workers[row], in: workers, height: height(of: .workers, context))
    } else {
      let schedulers = schedulers(context.world).map(\.name)
      guard row - workers.count < schedulers.count else { return }
      schedulerCursor.select(
        schedulers[row - workers.count], in: schedulers, height: height(of: .schedulers, context))
    }
    if isDouble { _ = handle(.open, in: &context) }
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    if action == .nextPane || action == .previousPane {
      pane = pane == .workers ? .schedulers : .workers
      return true
    }
    return pane == .workers ? handleWorkers(action, &context) : handleSchedulers(action, &context)
  }

  private mutating func handleWorkers(_ action: Action, _ context: inout Context) -> Bool {
    let workers = workers(context.world, context.now)
    let ids = workers.map(\.name)
    let height = height(of: .workers, context)
    if cursor.move(action, in: ids, height: height) || cursor.mark(action, in: ids, height: height) {
      return true
    }
    if order.handle(action, in: &context) { return true }
    if action == .new {
      addWorker(&context)
      return true
    }
    guard let row = cursor.row(in: ids) else { return false }
    let chosen = Set(cursor.targets(in: ids))
    return act(action, workers[row], workers.filter { chosen.contains($0.name) }, &context)
  }

  private mutating func handleSchedulers(_ action: Action, _ context: inout Context) -> Bool {
    let schedulers = schedulers(context.world)
    let ids = schedulers.map(\.name)
    if schedulerCursor.move(action, in: ids, height: height(of: .schedulers, context)) { return true }
    if action == .new {
      addScheduler(&context)
      return true
    }
    guard let row = schedulerCursor.row(in: ids) else { return false }
    return act(action, schedulers[row], &context)
  }
}

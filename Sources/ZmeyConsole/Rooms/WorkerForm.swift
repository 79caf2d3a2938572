import ZmeyCore

/// The forms of workers and schedulers.
enum WorkerForm {
  /// A form for a new worker.
  static func new(_ cluster: Cluster) -> Form {
    let taken = Set(cluster.workers.map(\.name))
    let fields =
      [
        Form.Field.text("name", "name", hint: "as its daemon is started with: zmworker -la NAME"),
        .choice(
          "scheduler", "scheduler", cluster.schedulers.map(\.name).sorted(), hint: "which sends it work"),
      ] + capacity(slots: "4", labels: [])
    return Form("New worker", fields) { values in
      let name = values["name"] ?? ""
      if let problem = problem(name, taken, "worker") { return .wrong("name", problem) }
      return capacity(values) { slots, labels in
        [.addWorker(name: name, scheduler: values["scheduler"] ?? "", slots: slots, labels: labels)]
      }
    }
  }

  /// A form with what a worker has.
  static func edit(_ worker: Worker) -> Form {
    let (name, slots, labels) = (worker.name, worker.slots, worker.labels)
    let undo = Undo("changed", name, .setWorker(name: name, slots: slots, labels: labels))
    return Form("Worker \(name)", capacity(slots: "\(slots)", labels: labels)) { values in
      capacity(values, undo: undo) { [.setWorker(name: name, slots: $0, labels: $1)] }
    }
  }

  /// A form for the reason why workers are drained.
  static func drain(_ targets: [Target]) -> Form {
    Form("Drain \(targets.named("worker"))", [reason("they take nothing new and finish what they have")]) {
      values in
      let reason = given(values["reason"])
      return .commands(
        targets.map { .drainWorker($0.name, reason: reason) },
        undo: Undo(
          "drained", "workers",
          targets.map { Undo.Step(names: [$0.name], commands: [.undrainWorker($0.name)]) }))
    }
  }

  /// A form for a new scheduler.
  static func newScheduler(_ cluster: Cluster) -> Form {
    let taken = Set(cluster.schedulers.map(\.name))
    let name = Form.Field.text("name", "name", hint: "as its daemon is started with")
    return Form("New scheduler", [name]) { values in
      let name = values["name"] ?? ""
      if let problem = problem(name, taken, "scheduler") { return .wrong("name", problem) }
      return .commands([.addScheduler(name)])
    }
  }

  /// A form for the reason why a scheduler is paused.
  static func pause(_ name: String) -> Form {
    Form("Pause \(name)", [reason("its workers get nothing new and finish what they have")]) { values in
      .commands(
        [.pauseScheduler(name, reason: given(values["reason"]))],
        undo: Undo("paused", name, .resumeScheduler(name)))
    }
  }

  private static func reason(_ effect: String) -> Form.Field {
    .text("reason", "reason", hint: "\(effect); may be empty")
  }

  private static func given(_ reason: String?) -> String? {
    reason.flatMap { $0.allSatisfy { $0 == " " } ? nil : $0 }
  }

  private static func problem(_ name: String, _ taken: Set<String>, _ noun: String) -> String? {
    Name.problem(name) ?? (taken.contains(name) ? "there is a \(noun) '\(name)' already" : nil)
  }

  // Slots and labels ----------------------------------------------------------------------------------------

  /// What the slots of a worker may be.
  private static let slotsRange = 1...10_000
  /// The most labels of a worker.
  private static let mostLabels = 20

  private static func capacity(slots: String, labels: [String]) -> [Form.Field] {
    [
      .text("slots", "slots", slots, hint: "how many task runs it may have at once, 1 to 10000"),
      .text(
        "labels", "labels", labels.joined(separator: " "),
        hint: "what task runs may ask for, such as gpu; parted by blanks"),
    ]
  }

  private static func capacity(
    _ values: [String: String], undo: Undo? = nil, _ commands: (Int, [String]) -> [Command]
  ) -> Form.Result {
    guard let slots = Int(values["slots"] ?? ""), slotsRange.contains(slots) else {
      return .wrong("slots", "a worker has 1 to 10000 slots")
    }
    let labels = (values["labels"] ?? "").split { $0 == " " || $0 == "," }.map(String.init)
    if let wrong = labels.first(where: { !Requirement.isName($0) }) {
      return .wrong("labels", "'\(wrong)': a label has a-z, 0-9, '_', '.' and '-', 63 at most")
    }
    if labels.count > mostLabels { return .wrong("labels", "a worker has at most \(mostLabels) labels") }
    return .commands(commands(slots, labels), undo: undo)
  }
}

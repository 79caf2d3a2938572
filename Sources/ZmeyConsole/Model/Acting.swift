import ZmeyCore

/// A run or task run to which something is done, as it was when the key was pressed.
struct ActingTarget: Hashable {
  private enum Kind: Hashable {
    case run(Run), task(TaskRun)
  }
  private let kind: Kind
  /// What is at stake: `4m05 of work on w-03`.
  private let stake: String

  /// A task run.
  init(_ taskRun: TaskRun, now: Moment) {
    kind = .task(taskRun)
    let place = taskRun.worker.map { " on \($0)" } ?? ""
    stake = taskRun.elapsed(now).map { "\(TimeText.span($0)) of work\(place)" } ?? taskRun.state.name
  }

  /// A run.
  init(_ run: Run, now: Moment) {
    kind = .run(run)
    stake = "\(run.ended) of \(run.total) done, \(TimeText.span(now - run.createdAt)) so far"
  }

  var id: Int64 {
    switch kind {
    case .run(let run): run.id.rawValue
    case .task(let taskRun): taskRun.id.rawValue
    }
  }

  /// How it is called in a question: a run by its number too, for there are many of a name.
  var name: String {
    switch kind {
    case .run(let run): "\(run.name) (run \(run.id))"
    case .task(let taskRun): taskRun.itemName
    }
  }

  /// With what it is asked for by hand, something that can be typed.
  private var word: String {
    let name =
      switch kind {
      case .run(let run): run.name
      case .task(let taskRun): taskRun.itemName
      }
    let isTyped = name.unicodeScalars.allSatisfy { ("!"..."~").contains($0) }
    return isTyped && name.count <= 24 ? name : "\(id)"
  }

  /// Its state, as people read it.
  private var state: String {
    switch kind {
    case .run(let run): run.state.rawValue
    case .task(let taskRun): taskRun.intention ?? taskRun.state.name
    }
  }

  /// A line of a question with many targets.
  fileprivate var line: String { "\(name): \(state), \(stake)" }

  /// Whether an action has something to do to it.
  fileprivate func isOpen(to action: Action) -> Bool {
    switch kind {
    case .run(let run):
      switch action {
      case .rerun: run.state != .running
      case .rerunFrom: run.state == .failed || run.state == .stopped
      default: run.state == .running
      }
    case .task(let taskRun): taskRun.isOpen(to: action)
    }
  }

  /// What runs it again.
  fileprivate func rerun(_ action: Action) -> Command {
    guard action == .rerunFrom else { return .rerun(id, .alone) }
    if case .run = kind { return .rerun(id, .failed) }
    return .rerun(id, .from)
  }

  /// What to say if an action has nothing to do to it.
  fileprivate func refusal(_ label: String) -> String { "\(name) is \(state): nothing to \(label)" }

  fileprivate var isRun: Bool { if case .run = kind { true } else { false } }

  /// The kind of thing, for many of them.
  fileprivate var noun: String { if case .run = kind { "runs" } else { "task runs" } }

  /// The question before it is ended.
  fileprivate func question(_ verb: String, isTyped: Bool, _ commands: [Command]) -> Question {
    let title = "\(verb.capitalizedFirst) \(name)"
    if !isTyped { return Question("\(title) (\(stake))?", commands) }
    return Question("\(title)?", lines: [line], word: "\(verb) \(word)", commands)
  }
}

extension TaskRun {
  /// Whether an action has something to do to it, by the same rules as the database's.
  func isOpen(to action: Action) -> Bool {
    let isKept = state == .paused || state == .held || want == .pause
    let isEnding = state == .stopping || want == .stop || want == .kill
    return switch action {
    case .rerun, .rerunFrom: state.isEnd
    case .pause: !state.isEnd && !isKept && !isEnding
    case .resume: !state.isEnd && isKept && !isEnding
    case .hold: (state == .waiting || state == .queued) && !isKept
    case .release: state == .held || state == .waiting && want == .pause
    case .stop: !state.isEnd && !isEnding
    case .kill: !state.isEnd
    default: false
    }
  }
}

extension Context {
  /// Does to runs or task runs what an action says, with the safety that it needs; false if it is none for them.
  mutating func act(_ action: Action, on all: [ActingTarget]) -> Bool {
    let verb: ControlVerb
    switch action {
    case .pause: verb = .pause
    case .resume: verb = .resume
    case .hold: verb = .hold
    case .release: verb = .release
    case .stop: verb = .stop
    case .kill: verb = .kill
    case .rerun, .rerunFrom:
      rerun(action, all)
      return true
    default: return false
    }
    guard let targets = open(all, action, verb.rawValue) else { return true }
    guard let opposite = verb.opposite else {
      ask(question(verb, targets, [.control(verb, ids: targets.map(\.id))]))
      return true
    }
    // Of a task run it is known whether the verb does something; of each run the database tells.
    let parts = targets[0].isRun ? targets.map { [$0] } : [targets]
    act(
      parts.map { .control(verb, ids: $0.map(\.id)) },
      undo: Undo(
        verb.past, targets[0].noun,
        parts.map { Undo.Step(names: $0.map(\.name), commands: [.control(opposite, ids: $0.map(\.id))]) }))
    return true
  }

  /// Those to which an action has something to do; says so if there are none.
  private mutating func open(_ all: [ActingTarget], _ action: Action, _ label: String) -> [ActingTarget]? {
    let targets = all.filter { $0.isOpen(to: action) }
    if !targets.isEmpty { return targets }
    if all.count == 1 {
      say(all[0].refusal(label), isError: true)
    } else {
      say(
        all.isEmpty ? "nothing here to \(label)" : "nothing to \(label) in \(all.count) marked", isError: true
      )
    }
    return nil
  }

  private func question(_ verb: ControlVerb, _ targets: [ActingTarget], _ commands: [Command]) -> Question {
    if targets.count == 1 {
      let isTyped = verb == .kill || world.identity?.isProduction == true
      return targets[0].question(verb.rawValue, isTyped: isTyped, commands)
    }
    return Question(
      "\(verb.rawValue.capitalizedFirst) \(targets.count) \(targets[0].noun)?", lines: targets.map(\.line),
      word: "\(verb) \(targets.count)", commands)
  }

  private mutating func rerun(_ action: Action, _ all: [ActingTarget]) {
    guard let targets = open(all, action, "run again") else { return }
    let commands = targets.map { $0.rerun(action) }
    guard targets.count > 1 else { return act(commands) }
    ask(
      Question(
        "Run \(targets.count) \(targets[0].noun) again?", lines: targets.map(\.line),
        word: "rerun \(targets.count)", commands))
  }
}

extension ControlVerb {
  /// What takes it back; nil if nothing does.
  var opposite: ControlVerb? {
    switch self {
    case .pause: .resume
    case .resume: .pause
    case .hold: .release
    case .release: .hold
    case .stop, .kill: nil
    }
  }

  /// What it did, in a word.
  var past: String {
    switch self {
    case .pause: "paused"
    case .resume: "resumed"
    case .hold: "held"
    case .release: "released"
    case .stop: "stopped"
    case .kill: "killed"
    }
  }
}

extension String {
  /// It with a large first letter.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

public import ZmeyCore

/// What the console wants to know, and wants to be told again whenever it has changed.
public enum Query: Hashable, Sendable {
  /// Answered by `.board`; `.totals` are part of every look.
  case board
  /// The newest runs: of that pipeline, or all. Answered by `.runs`.
  case runs(pipeline: Int32?, limit: Int)
  /// Answered by `.run`.
  case run(RunID)
  /// Answered by `.task`.
  case task(TaskRunID)
  /// Output of an attempt (nil: the last) from about so many bytes before its end on. Answered by `.output`, each time
  /// with what is new.
  case output(TaskRunID, attempt: Int?, tail: Int)
  /// Answered by `.events`.
  case events
  /// What came of events, the newest first. Answered by `.fires`.
  case fires(event: String?, limit: Int)
  /// Answered by `.templates`.
  case templates
  /// Answered by `.cluster`.
  case cluster
  /// What people did, the newest first. Answered by `.audit`.
  case audit(limit: Int)
}

/// What is known.
public enum Answer: Hashable, Sendable {
  /// To `.board`.
  case board(Board)
  /// For the first row.
  case totals(Totals)
  /// To `.runs`, the newest first.
  case runs([Run])
  /// To `.run`; nil if there is none that the caller may see.
  case run(RunDetail?)
  /// To `.task`; nil if there is none that the caller may see.
  case task(TaskDetail?)
  /// To `.output`.
  case output(OutputPiece)
  /// To `.events`, by name.
  case events([Event])
  /// To `.fires`.
  case fires([Fire])
  /// To `.templates`, by name.
  case templates([Template])
  /// To `.cluster`.
  case cluster(Cluster)
  /// To `.audit`.
  case audit([AuditEntry])
}

/// A change that the console asks the database for.
public enum Command: Hashable, Sendable {
  /// Starts a pipeline, or one task of it and what follows.
  case start(pipeline: String, task: String?, arguments: [String])
  /// Starts one task run of a template.
  case submit(template: String, arguments: [String])
  /// Pauses, resumes, holds, releases, stops or kills task runs and runs by their numbers.
  case control(ControlVerb, ids: [Int64])
  /// The same for a pipeline of the caller's; a pause counts for what will begin, too.
  case controlPipeline(ControlVerb, String)
  /// Runs a task run or a run again.
  case rerun(Int64, RerunMode)
  /// Turns a task on or off.
  case setTask(pipeline: String, task: String, isEnabled: Bool)
  /// Turns a link on or off.
  case setLink(pipeline: String, from: String, to: String, isEnabled: Bool)
  /// Turns an event on or off.
  case setEvent(String, isEnabled: Bool)
  /// Fires an event now.
  case fireEvent(String)
  /// Reads a definition as YAML and as a value; answered by `.definition`. Of another owner's it reads what the caller
  /// may see.
  case read(DefinitionKind, name: String)
  /// Applies YAML. `base` is the YAML that `.read` gave for it: should that read otherwise by now, nothing is done.
  case applyText(String, base: String?)
  /// Applies definitions; `base` as with text.
  case apply(Definitions, base: String?)
  /// Changes a pipeline of the caller's as a form says.
  case change(pipeline: String, [PipelineChange])
  /// Removes a definition.
  case remove(DefinitionKind, name: String)
  /// Registers a worker.
  case addWorker(name: String, scheduler: String, slots: Int, labels: [String])
  /// Changes a worker.
  case setWorker(name: String, slots: Int, labels: [String])
  /// Removes a worker.
  case removeWorker(String)
  /// Lets a worker take nothing new.
  case drainWorker(String, reason: String?)
  /// Lets it take new work again.
  case undrainWorker(String)
  /// Registers a scheduler.
  case addScheduler(String)
  /// Removes a scheduler.
  case removeScheduler(String)
  /// Lets a scheduler take nothing new.
  case pauseScheduler(String, reason: String?)
  /// Lets it take new work again.
  case resumeScheduler(String)
}

/// What came of a command.
public enum Reply: Hashable, Sendable {
  /// Done; what is told of it in a line, and what it made.
  case done(String, made: Made? = nil)
  /// Nothing was changed, for it was so already; told in a line.
  case unchanged(String)
  /// Nothing was done, and why: message and hint.
  case refused(String, hint: String?)
  /// Nothing was done, and why in a sentence without its stop: what was to be changed was read before somebody else
  /// changed it. What stands there now.
  case stale(String, now: Definitions, yaml: String)
  /// The text is wrong there. Lines and columns count from 1.
  case wrong([Problem])
  /// The definition that was asked for.
  case definition(Definitions, yaml: String)

  /// What is new, to be gone to.
  public enum Made: Hashable, Sendable {
    /// A run.
    case run(RunID)
    /// A pipeline of the caller's.
    case pipeline(String)
  }

  /// What is wrong with a text, and where.
  public struct Problem: Hashable, Sendable {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int
    /// What is wrong, in a sentence.
    public var message: String

    /// A problem.
    public init(line: Int, column: Int, message: String) {
      self.line = line
      self.column = column
      self.message = message
    }
  }
}

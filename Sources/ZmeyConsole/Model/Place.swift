public import ZmeyCore

/// The views of the upper row.
public enum Tab: Int, CaseIterable, Hashable, Sendable {
  /// Pipelines as boxes.
  case board = 1
  /// What ran and runs.
  case runs
  /// Timers.
  case events
  /// Scripts.
  case templates
  /// Schedulers and workers.
  case workers
  /// What people did.
  case audit

  var title: String {
    switch self {
    case .board: "Board"
    case .runs: "Runs"
    case .events: "Events"
    case .templates: "Templates"
    case .workers: "Workers"
    case .audit: "Audit"
    }
  }
}

/// Where in the console one is.
public enum Place: Hashable, Sendable {
  /// Pipelines as boxes.
  case board
  /// Runs: of a pipeline, by number and name, or all.
  case runs(pipeline: Int32?, name: String)
  /// One run: its gantt.
  case run(RunID)
  /// One task run.
  case task(TaskRunID)
  /// Timers.
  case events
  /// Scripts.
  case templates
  /// Schedulers and workers.
  case workers
  /// What people did.
  case audit

  /// The view that it belongs to; nil if it may be reached from several.
  var tab: Tab? {
    switch self {
    case .board: .board
    case .runs, .run: .runs
    case .task: nil
    case .events: .events
    case .templates: .templates
    case .workers: .workers
    case .audit: .audit
    }
  }

  init(_ tab: Tab) {
    self =
      switch tab {
      case .board: .board
      case .runs: .runs(pipeline: nil, name: "")
      case .events: .events
      case .templates: .templates
      case .workers: .workers
      case .audit: .audit
      }
  }
}

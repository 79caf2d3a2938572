/// What a key does. The raw value is its name in `keys.conf` and in the command palette.
public enum Action: String, CaseIterable, Hashable, Sendable {
  // Moving.
  case up, down, left, right
  case pageUp = "page-up", pageDown = "page-down", halfUp = "half-up", halfDown = "half-down"
  case first, last, open, back
  case nextPane = "next-pane", previousPane = "previous-pane"
  case historyBack = "history-back", historyForward = "history-forward", newRun = "new-run"
  // Views.
  case board, runs, events, templates, workers, audit
  // Finding.
  case filter, find, findNext = "find-next", findPrevious = "find-previous", palette, help
  // Marks.
  case mark, markRange = "mark-range", markAll = "mark-all", unmark
  // Work.
  case start, startWith = "start-with", pause, resume, hold, release, stop, kill, rerun, rerunFrom =
    "rerun-from"
  case enable, disable, edit, editAll = "edit-all", new, link, remove, fire, drain, undrain, undo,
    repeatLast = "repeat"
  // Looking.
  case output, why, follow, wrap, pager, times, copy, copyRow = "copy-row", sort, reverse
  case zoomIn = "zoom-in", zoomOut = "zoom-out", freeze, bare
  // The console itself.
  case refresh, redraw, mouse, suspend, close, quit
}

/// Where a binding holds. What a narrow place binds goes before what is bound everywhere.
public enum Scope: String, CaseIterable, Hashable, Sendable {
  /// In every view.
  case everywhere
  /// Where boxes and rows are.
  case lists
  /// Where output or a script is read.
  case text
  /// In one view.
  case events, workers
}

extension Action {
  /// A way to reach an action before anybody rebinds it.
  struct Binding {
    let action: Action
    let scope: Scope
    /// Names of keys, separated by blanks.
    let keys: String
    /// What it does, in few words.
    let label: String
  }

  /// Those that only move about.
  static let moving: Set<Action> = [
    .up, .down, .left, .right, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last, .open, .back, .nextPane,
    .previousPane, .historyBack, .historyForward,
  ]

  /// All of them.
  static let bindings: [Binding] = [
    Binding(action: .up, scope: .everywhere, keys: "Up k", label: "up"),
    Binding(action: .down, scope: .everywhere, keys: "Down j", label: "down"),
    Binding(action: .left, scope: .everywhere, keys: "Left h", label: "left"),
    Binding(action: .right, scope: .everywhere, keys: "Right", label: "right"),
    Binding(action: .pageUp, scope: .everywhere, keys: "PgUp", label: "a page up"),
    Binding(action: .pageDown, scope: .everywhere, keys: "PgDn", label: "a page down"),
    Binding(action: .halfUp, scope: .everywhere, keys: "C-u", label: "half a page up"),
    Binding(action: .halfDown, scope: .everywhere, keys: "C-d", label: "half a page down"),
    Binding(action: .first, scope: .everywhere, keys: "g Home", label: "to the first"),
    Binding(action: .last, scope: .everywhere, keys: "G End", label: "to the last"),
    Binding(action: .open, scope: .everywhere, keys: "Enter", label: "open"),
    Binding(action: .back, scope: .everywhere, keys: "Esc", label: "back by one level"),
    Binding(action: .nextPane, scope: .everywhere, keys: "Tab", label: "next pane"),
    Binding(action: .previousPane, scope: .everywhere, keys: "S-Tab", label: "previous pane"),
    Binding(action: .historyBack, scope: .everywhere, keys: "[", label: "back in history"),
    Binding(action: .historyForward, scope: .everywhere, keys: "]", label: "forward in history"),
    Binding(action: .newRun, scope: .everywhere, keys: "J", label: "to the run that was begun last"),
    Binding(action: .board, scope: .everywhere, keys: "1", label: "board"),
    Binding(action: .runs, scope: .everywhere, keys: "2", label: "runs"),
    Binding(action: .events, scope: .everywhere, keys: "3", label: "events"),
    Binding(action: .templates, scope: .everywhere, keys: "4", label: "templates"),
    Binding(action: .workers, scope: .everywhere, keys: "5", label: "workers"),
    Binding(action: .audit, scope: .everywhere, keys: "6", label: "audit"),
    Binding(action: .filter, scope: .lists, keys: "/", label: "filter"),
    Binding(action: .find, scope: .text, keys: "/", label: "find"),
    Binding(action: .findNext, scope: .text, keys: "n", label: "next match"),
    Binding(action: .findPrevious, scope: .text, keys: "N", label: "previous match"),
    Binding(action: .palette, scope: .everywhere, keys: ":", label: "command"),
    Binding(action: .help, scope: .everywhere, keys: "? F1", label: "help"),
    Binding(action: .mark, scope: .lists, keys: "Space", label: "mark"),
    Binding(action: .markRange, scope: .lists, keys: "v", label: "mark from the last mark to here"),
    Binding(action: .markAll, scope: .lists, keys: "*", label: "mark all that the filter shows"),
    Binding(action: .unmark, scope: .lists, keys: "u", label: "take all marks away"),
    Binding(action: .start, scope: .everywhere, keys: "s", label: "start"),
    Binding(action: .startWith, scope: .everywhere, keys: "S", label: "start with arguments"),
    Binding(action: .pause, scope: .everywhere, keys: "p", label: "pause"),
    Binding(action: .resume, scope: .everywhere, keys: "P", label: "resume"),
    Binding(action: .hold, scope: .everywhere, keys: "H", label: "hold"),
    Binding(action: .release, scope: .everywhere, keys: "L", label: "release"),
    Binding(action: .stop, scope: .everywhere, keys: "x", label: "stop"),
    Binding(action: .kill, scope: .everywhere, keys: "X", label: "kill"),
    Binding(action: .rerun, scope: .everywhere, keys: "r", label: "run again"),
    Binding(action: .rerunFrom, scope: .everywhere, keys: "R", label: "run again from here, or what failed"),
    Binding(action: .disable, scope: .lists, keys: "d", label: "turn off"),
    Binding(action: .enable, scope: .lists, keys: "D", label: "turn on"),
    Binding(action: .edit, scope: .everywhere, keys: "e", label: "edit"),
    Binding(action: .editAll, scope: .everywhere, keys: "E", label: "edit all of it as YAML"),
    Binding(action: .new, scope: .lists, keys: "n", label: "new"),
    Binding(action: .link, scope: .lists, keys: "a", label: "link tasks"),
    Binding(action: .remove, scope: .lists, keys: "Del", label: "remove"),
    Binding(action: .fire, scope: .events, keys: "f", label: "fire now"),
    Binding(action: .drain, scope: .workers, keys: "d", label: "drain"),
    Binding(action: .undrain, scope: .workers, keys: "D", label: "take new work again"),
    Binding(action: .undo, scope: .everywhere, keys: "z", label: "undo"),
    Binding(action: .repeatLast, scope: .everywhere, keys: ".", label: "repeat the last action"),
    Binding(action: .output, scope: .lists, keys: "l", label: "output"),
    Binding(action: .why, scope: .everywhere, keys: "W", label: "why it does not run"),
    Binding(action: .follow, scope: .text, keys: "f", label: "follow"),
    Binding(action: .wrap, scope: .text, keys: "w", label: "wrap lines"),
    Binding(action: .pager, scope: .text, keys: "v", label: "to $PAGER"),
    Binding(action: .times, scope: .everywhere, keys: "t", label: "times absolute or relative"),
    Binding(action: .copy, scope: .everywhere, keys: "y", label: "copy the name or number"),
    Binding(action: .copyRow, scope: .everywhere, keys: "Y", label: "copy all of it as JSON"),
    Binding(action: .sort, scope: .lists, keys: "o", label: "next order"),
    Binding(action: .reverse, scope: .lists, keys: "O", label: "reverse the order"),
    Binding(action: .zoomIn, scope: .everywhere, keys: "+ =", label: "larger"),
    Binding(action: .zoomOut, scope: .everywhere, keys: "-", label: "smaller"),
    Binding(action: .freeze, scope: .everywhere, keys: "F", label: "freeze the screen"),
    Binding(action: .bare, scope: .text, keys: "b", label: "without frame, to select with the mouse"),
    Binding(action: .refresh, scope: .everywhere, keys: "C-r F5", label: "read again"),
    Binding(action: .redraw, scope: .everywhere, keys: "C-l", label: "draw again"),
    Binding(action: .mouse, scope: .everywhere, keys: "M", label: "mouse on or off"),
    Binding(action: .suspend, scope: .everywhere, keys: "C-z", label: "to the shell"),
    Binding(action: .close, scope: .everywhere, keys: "q", label: "back, or quit"),
    Binding(action: .quit, scope: .everywhere, keys: "Q C-c", label: "quit"),
  ]
}

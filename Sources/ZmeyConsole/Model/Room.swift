import ZmeyCore

/// One view with its own state: where its cursor stands, what is marked, how it is sorted.
protocol Room: Sendable {
  /// Which bindings hold here, the narrowest first.
  var scopes: [Scope] { get }
  /// What it needs to know.
  func wants(_ world: World) -> [Query]
  /// Where one is, for the right end of the second row.
  func crumbs(_ world: World) -> String
  /// What to offer in the last row, the most useful first.
  func hints(_ world: World) -> [Hint]
  /// Does an action; false if it means nothing here.
  mutating func handle(_ action: Action, in context: inout Context) -> Bool
  /// Takes notice of something new that is known: keeps the cursor on its object.
  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context)
  /// Closes what is open within it: a filter, marks; false if nothing was.
  mutating func back(in context: inout Context) -> Bool
  /// Takes notice that a filter begins to be typed, or that it was.
  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context)
  /// Filters by a text while it is typed, or looks for it.
  mutating func filter(_ text: String, in context: inout Context)
  /// The filter that holds; empty for none.
  var filterText: String { get }
  /// What says in the last row that not all is shown; empty if all is.
  var filterLabel: String { get }
  /// Takes notice of a click.
  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context)
  /// Draws itself.
  func draw(_ painter: inout Painter, in rect: Rect, _ world: World)
}

extension Room {
  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) {}
  mutating func back(in context: inout Context) -> Bool { false }
  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {}
  mutating func filter(_ text: String, in context: inout Context) {}
  var filterText: String { "" }
  var filterLabel: String { filterText.isEmpty ? "" : "/\(filterText)" }
  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {}
}

/// An offer of the last row.
struct Hint: Hashable {
  let action: Action
  /// One or two words; nil for the action's own.
  let label: String
}

/// What a room may look at and ask for while it handles something.
struct Context {
  /// All that is known.
  let world: World
  /// The time that is shown.
  let now: Moment
  /// The part of the screen that the room is drawn in.
  let body: Rect
  /// What it asked for, in order.
  private(set) var requests: [Request] = []

  init(world: World, now: Moment, body: Rect) {
    self.world = world
    self.now = now
    self.body = body
  }

  /// Goes to a place, from which Escape comes back.
  mutating func open(_ place: Place) { requests.append(.open(place)) }
  /// Says something in the last row.
  mutating func say(_ text: String, isError: Bool = false) { requests.append(.say(text, isError: isError)) }
  /// Changes something at once. `undo` takes it back.
  mutating func act(_ commands: [Command], undo: Undo? = nil) { requests.append(.act(commands, undo: undo)) }
  /// Asks before it changes something.
  mutating func ask(_ question: Question) { requests.append(.ask(question)) }
  /// Shows a form.
  mutating func show(_ form: Form) { requests.append(.show(form)) }
  /// Reads a definition and opens it in the operator's editor as YAML.
  mutating func edit(_ kind: DefinitionKind, _ name: String) { requests.append(.edit(kind, name)) }
  /// Opens a text in the operator's editor that is applied as definitions afterwards; `line` from 1 is where it begins.
  mutating func edit(new text: String, line: Int) { requests.append(.editText(text, line: line)) }
  /// Reads a script and opens it alone in the operator's editor.
  mutating func edit(scriptOf place: ScriptPlace) { requests.append(.editScript(place)) }
  /// Shows lines to read above the view.
  mutating func show(_ lines: [String], title: String) { requests.append(.note(title, lines)) }
  /// Shows a text in the operator's pager.
  mutating func page(_ text: [UInt8]) { requests.append(.page(text)) }
  /// Puts a text into the operator's clipboard.
  mutating func copy(_ text: String) { requests.append(.copy(text)) }
}

/// What a room asked for.
enum Request {
  case open(Place), say(String, isError: Bool), act([Command], undo: Undo?), ask(Question), show(Form)
  case edit(DefinitionKind, String), editScript(ScriptPlace), editText(String, line: Int)
  case page([UInt8]), copy(String), note(String, [String])
}

/// Where a script stands.
enum ScriptPlace: Hashable {
  /// In a template.
  case template(String)
  /// In a task: its own, or that of the template that it names.
  case task(String, pipeline: String)
}

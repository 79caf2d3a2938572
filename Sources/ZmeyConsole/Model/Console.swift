import ZmeyCore
public import ZmeySchedule

/// The console as a machine: what happens goes in, what is to be done comes out, and a picture can be had at any time.
public struct Console: Sendable {
  /// What it is started with.
  public struct Settings: Sendable {
    /// Which characters the terminal shows.
    public var tier: Tier
    /// The local time.
    public var zone: TimeZoneRules
    /// Which keys do what.
    public var keys: KeyMap
    /// The theme.
    public var theme: String
    /// Names of all themes.
    public var themes: [String]
    /// Whether nothing may be changed.
    public var isReadOnly: Bool
    /// The pipeline to begin with.
    public var pipeline: String?

    /// Settings.
    public init(
      tier: Tier = .full, zone: TimeZoneRules = .utc, keys: KeyMap = .standard, theme: String = "default",
      themes: [String] = [], isReadOnly: Bool = false, pipeline: String? = nil
    ) {
      self.tier = tier
      self.zone = zone
      self.keys = keys
      self.theme = theme
      self.themes = themes
      self.isReadOnly = isReadOnly
      self.pipeline = pipeline
    }
  }

  /// How large the screen is.
  public internal(set) var size: Size
  /// All that is known.
  public internal(set) var world = World()
  let tier: Tier
  var rooms: Rooms
  /// Where one came through, the last is where one is; never empty.
  var places: [Place] = [.board]
  /// Where one can go forward to again.
  var forward: [Place] = []
  var overlay: Overlay?
  /// What is typed into the last row: a filter or something to find.
  var prompt: Prompt?
  /// What the last row says for a while.
  var message: Message?
  var frozen: Frozen?
  var undos: [Undo] = []
  /// Whether the last change is the one that would be taken back.
  var isUndoOffered = false
  /// The last action that changed something, for repeating.
  var lastAction: Action?
  /// The run that was begun last from here.
  var newRun: RunID?
  /// Lines that were typed into the palette, the last first.
  var paletteHistory: [String] = []
  var isMouseOn = false
  var purposes: [Int: Purpose] = [:]
  private var lastTicket = 0
  var now: Moment
  var effects: [Effect] = []

  /// What is typed into the last row.
  struct Prompt: Sendable {
    let action: Action
    var edit: LineEdit
    /// What the filter was before.
    let before: String
  }

  /// What the last row says.
  struct Message: Hashable, Sendable {
    let text: String
    let isError: Bool
    let until: Moment
  }

  /// A screen that stands still.
  struct Frozen: Sendable {
    /// What was known when it was frozen.
    let world: World
    /// How many answers came since.
    var news = 0
    /// Output that was on its way, in order: what is read afterwards may go on from there.
    var output: [Query: [Answer]] = [:]
  }

  /// Why something was asked of the database or the editor.
  enum Purpose: Sendable {
    /// A change, and how to take it back.
    case change(Undo?, Form?)
    /// A definition, to edit it.
    case read(String, isScript: Bool)
    /// The script of a task, to edit it.
    case readTask(pipeline: String, task: String)
    /// A text is in the editor.
    case editing(Editing)
    /// A text was sent.
    case applying(Rejected)
  }

  /// A console that knows nothing yet.
  public init(_ settings: Settings = Settings(), size: Size, now: Moment) {
    self.size = size
    self.now = now
    tier = settings.tier
    rooms = Rooms(pipeline: settings.pipeline)
    world.zone = settings.zone
    world.keys = settings.keys
    world.theme = settings.theme
    world.themes = settings.themes
    world.isReadOnlyByFlag = settings.isReadOnly
  }

  /// Takes notice of something.
  ///
  /// - Parameter now: the database's time, as far as it is known.
  /// - Returns: what is to be done, in order.
  public mutating func handle(_ input: Input, at now: Moment) -> [Effect] {
    self.now = now
    effects = []
    if let until = message?.until, until <= now { message = nil }
    take(input)
    return effects
  }

  /// What the console wants to know now. The board always: the first row counts what stands on it. No output while the
  /// screen is frozen: rooms keep it, so it stands still, and is read anew afterwards.
  public var wants: Set<Query> {
    let all = Set(rooms[place].wants(world)).union([.board])
    guard frozen != nil else { return all }
    return all.filter { if case .output = $0 { false } else { true } }
  }

  /// Where one is.
  public var place: Place { places.last ?? .board }

  mutating func ticket(_ purpose: Purpose) -> Int {
    lastTicket += 1
    purposes[lastTicket] = purpose
    return lastTicket
  }

  mutating func say(_ text: String, isError: Bool = false) {
    message = Message(text: text, isError: isError, until: now + .seconds(isError ? 10 : 5))
  }

  /// Lets the room that is shown do something, and carries out what it asks for.
  mutating func withRoom<T>(_ body: (inout any Room, inout Context) -> T) -> T {
    var context = Context(world: world, now: now, body: layout.body)
    let value = body(&rooms[place], &context)
    for request in context.requests { carryOut(request) }
    return value
  }

  private mutating func carryOut(_ request: Request) {
    switch request {
    case .open(let place): go(to: place)
    case .say(let text, let isError): say(text, isError: isError)
    case .act(let commands, let undo): send(commands, undo)
    case .ask(let question):
      effects.append(.forgetTyping)
      overlay = .question(question)
    case .show(let form): overlay = .form(form)
    case .edit(let kind, let name): read(kind, name, isScript: false)
    case .editScript(.template(let name)): read(.template, name, isScript: true)
    case .editScript(.task(let task, let pipeline)):
      let ticket = ticket(.readTask(pipeline: pipeline, task: task))
      effects.append(.send([.read(.pipeline, name: pipeline)], ticket: ticket))
    case .editText(let text, let line):
      edit(Editing(original: text, base: nil, suffix: "yaml", purpose: .definitions), line: line)
    case .page(let bytes): effects.append(.page(bytes))
    case .copy(let text):
      effects.append(.copy(text))
      say("copied \(text.count > 40 ? "\(text.count) characters" : text)")
    case .note(let title, let lines): overlay = .note(title: title, lines: lines)
    }
  }

  mutating func send(_ commands: [Command], _ undo: Undo? = nil, form: Form? = nil) {
    guard !commands.isEmpty else { return }
    effects.append(.send(commands, ticket: ticket(.change(undo, form))))
  }

  /// Goes to a place; going to a tab's first place forgets the way there.
  mutating func go(to place: Place) {
    guard place != self.place else { return }
    places.append(place)
    if places.count > 100 { places.removeFirst() }
    forward = []
    world.keep(wants)
  }
}

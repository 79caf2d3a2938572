import Glibc
import Terminal
import ZmeyCommand
import ZmeyConsole
import ZmeyFeed

/// Runs a console on a terminal: feeds it what happens, carries out what it asks for, shows its frames.
///
/// One thread does all of it and sleeps in one poll(2).
struct Shell {
  private let screen: Screen
  private let inbox: Inbox
  private let send: (FeedRequest) -> Void
  private let themes: ThemeShelf
  private var console: Console
  private var window: Window
  private var clock = WallClock()
  private var wanted: Set<Query> = []
  /// Whether something that is shown may have changed, by the operator's own hand or by the database alone.
  private var isStale = true
  private var isNew = true
  private var lastNews = ContinuousClock.now - .seconds(1)
  private var wake: Moment?
  private var end: Int32?
  /// Where texts lie that were edited and not applied.
  private var kept: Set<String> = []
  private var failure: (any Error)?

  /// Between two frames that show news of the database alone.
  private static let newsPeriod: Duration = .milliseconds(40)

  init(
    _ screen: Screen, _ settings: Console.Settings, theme: Theme, themes: ThemeShelf, inbox: Inbox,
    send: @escaping (FeedRequest) -> Void
  ) {
    self.screen = screen
    self.inbox = inbox
    self.send = send
    self.themes = themes
    window = Window(screen)
    console = Console(settings, size: screen.consoleSize, now: clock.now)
    window.wear(theme)
  }

  /// Returns at the end, with what the process shall end with.
  ///
  /// - Throws: what made it impossible to begin.
  mutating func run() throws -> Int32 {
    while end == nil, failure == nil {
      ask()
      let isBlocked = !draw()
      let readiness = screen.wait(
        reading: [inbox.descriptor], wantsWritable: isBlocked, until: isBlocked ? nil : deadline)
      if readiness.readable.contains(inbox.descriptor) { takeNews() }
      // Also without input: a key may have been read ahead.
      while end == nil, let input = screen.nextInput() { take(input) }
      if let wake, wake <= clock.now { handle(.tick, isNews: true) }
    }
    for path in kept.sorted() { printError("zmtui: what was edited is not applied: it is kept in \(path)") }
    if let failure { throw failure }
    return end ?? 0
  }

  // What happens --------------------------------------------------------------------------------------------

  private mutating func takeNews() {
    for item in inbox.take() {
      switch item {
      case .input(let input, let time):
        if let time { clock.learn(time) }
        handle(input, isNews: true)
      case .failure(let error): failure = error
      }
    }
  }

  private mutating func take(_ input: Terminal.Input) {
    switch input {
    case .key(let key): if let key = Key(key) { handle(.key(key)) }
    case .paste(let text): handle(.paste(text))
    case .mouse(let mouse): handle(.init(mouse))
    case .focus: break
    case .resized, .resumed: resized()
    // Of the keyboard: it closes what is open, and only then the console.
    case .terminate(SIGINT): handle(.key(.control("c")))
    case .terminate(let signal): end = 128 + signal
    case .closed: end = 129
    }
  }

  private mutating func resized() {
    window.forget()
    handle(.resize(screen.consoleSize))
  }

  private mutating func handle(_ input: ZmeyConsole.Input, isNews: Bool = false) {
    let effects = console.handle(input, at: clock.now)
    isStale = true
    if !isNews { isNew = true }
    for effect in effects { carryOut(effect) }
  }

  // What is to be done --------------------------------------------------------------------------------------

  private mutating func carryOut(_ effect: Effect) {
    switch effect {
    case .send(let commands, let ticket): send(.send(commands, ticket: ticket))
    case .edit(let text, let suffix, let line, let ticket): edit(text, suffix, line, ticket)
    case .discard(let path):
      kept.remove(path)
      Editor.discard(path)
    case .page(let bytes): outside { editor in try editor.page(bytes) }
    case .copy(let text):
      screen.flush()
      Clipboard.copy(text, screen)
    case .theme(let name): wear(name)
    case .reconnect: send(.reconnect)
    case .refresh: send(.refresh)
    case .redraw:
      window.forget()
      screen.repaint()
    case .mouse(let isOn): screen.setMouse(isOn)
    case .suspend:
      screen.suspend()
      resized()
    case .forgetTyping: screen.discardTypeahead()
    case .quit: end = 0
    }
  }

  private mutating func edit(_ text: String, _ suffix: String, _ line: Int, _ ticket: Int) {
    let edited = Editor(screen).edit(text, suffix: suffix, line: line)
    if let path = edited.path { kept.insert(path) }
    takeBack()
    handle(.edited(edited.text, problem: edited.problem, kept: edited.path, ticket: ticket))
  }

  private mutating func outside(_ body: (Editor) throws -> Void) {
    var problem: String?
    do { try body(Editor(screen)) } catch { problem = Self.report(error) }
    takeBack()
    if let problem { handle(.note(problem, isError: true)) }
  }

  /// After another program had the terminal: what was typed for that one is not for us.
  private mutating func takeBack() {
    screen.discardTypeahead()
    resized()
  }

  private static func report(_ error: any Error) -> String { (error as? EditorError)?.report ?? "\(error)" }

  private mutating func wear(_ name: String) {
    do {
      window.wear(try themes.theme(named: name))
      handle(.themed(name, problem: nil))
    } catch {
      handle(.themed(name, problem: "\(error)"))
    }
  }

  // What is shown -------------------------------------------------------------------------------------------

  /// Tells the feed what is wanted, if that is something else by now.
  private mutating func ask() {
    let wants = console.wants
    guard wants != wanted else { return }
    wanted = wants
    send(.want(wants))
  }

  /// Draws what has changed: what the operator did at once, news of the database at most 25 times a second. False if it
  /// is due and the terminal takes no bytes.
  private mutating func draw() -> Bool {
    guard isStale, isNew || ContinuousClock.now >= lastNews + Self.newsPeriod else { return true }
    guard screen.isWritable else { return false }
    let frame = console.frame(at: clock.now)
    window.show(frame)
    wake = frame.wake
    if !isNew { lastNews = .now }
    (isStale, isNew) = (false, false)
    return true
  }

  /// When to draw next if nothing happens.
  private var deadline: ContinuousClock.Instant? {
    if isStale { return lastNews + Self.newsPeriod }
    // Never more often than a reader could see.
    return wake.map { max(clock.instant(of: $0), .now + .milliseconds(20)) }
  }
}

extension Screen {
  /// How large it is, as the console takes it.
  var consoleSize: Size {
    let size = size
    return Size(rows: size.rows, columns: size.columns)
  }
}

import ZmeyCore

/// The output of an attempt, and where one is in it.
struct TaskOutput: Sendable {
  private(set) var text = OutputText()
  /// What comes when it is read anew: it takes the place of the text as soon as it reaches as far.
  private var coming: OutputText?
  /// Whether more was asked for, and nothing of it has come yet.
  private var isAsked = false
  /// What is done as soon as all of it is there.
  private var errand: Errand?
  /// From how many bytes before the end on it is read.
  private(set) var tail = firstTail
  /// Whether there is output before it that was not read.
  private(set) var hasEarlier = false
  /// The same of what is coming.
  private var hasMoreEarlier = false
  /// Whether no more will come.
  private(set) var isComplete = false
  /// The attempt that it is of; nil before anything came.
  private(set) var attempt: Int?
  private(set) var scroll = Scroll.following
  /// How many columns are left out at the left.
  private(set) var left = 0
  var wraps = false
  /// What is looked for; empty for nothing.
  private(set) var needle = ""
  /// The line that was found last.
  private(set) var match: Int?
  /// Where one was when the search was begun.
  private var origin: Int?

  static let firstTail = 262_144
  static let longestTail = 64 << 20

  /// Why all of the output is read.
  private enum Errand {
    case first, page, find(isForward: Bool)
  }

  /// Which rows are shown.
  enum Scroll: Hashable {
    /// The last.
    case following
    /// Those from there on; `seen` is where the text ended then.
    case standing(OutputLayout.Position, seen: Int)
  }

  /// How large the part of the screen is, and what stands beside the text.
  struct Shape {
    let rows: Int
    let columns: Int
    let isBare: Bool
    let hasTimes: Bool

    init(_ rect: Rect, isBare: Bool, hasTimes: Bool) {
      rows = max(1, rect.rows)
      columns = rect.columns
      self.isBare = isBare
      self.hasTimes = hasTimes && !isBare
    }
  }

  /// How many columns stand before the text for numbers and times.
  func margin(_ shape: Shape) -> Int {
    if shape.isBare { return 0 }
    return (showsNumbers ? numberWidth + 2 : 1) + (shape.hasTimes ? 13 : 0)
  }

  /// The numbers of lines are known only if all was read from its beginning on.
  var showsNumbers: Bool { !hasEarlier }
  var numberWidth: Int { max(4, String(text.lines.upperBound).count) }

  func layout(_ shape: Shape, _ tier: Tier = .full) -> OutputLayout {
    OutputLayout(text, width: shape.columns - margin(shape), wraps: wraps, tier: tier)
  }

  /// The first row that is shown.
  func top(_ layout: OutputLayout, _ shape: Shape) -> OutputLayout.Position {
    switch scroll {
    case .following: layout.lastTop(height: shape.rows)
    case .standing(let top, _): layout.top(top, height: shape.rows)
    }
  }

  /// Whether more of what is before the text is on its way.
  var isReadingEarlier: Bool { isAsked || coming != nil }

  /// How many lines came since one stopped following.
  var news: Int {
    if case .standing(_, let seen) = scroll { max(0, text.lines.upperBound - seen) } else { 0 }
  }

  // What comes ----------------------------------------------------------------------------------------------

  mutating func take(_ piece: OutputPiece, _ shape: Shape, in context: inout Context) {
    isComplete = piece.isComplete
    if piece.isFirst { isAsked = false }
    if piece.attempt != attempt {
      (attempt, hasEarlier) = (piece.attempt, piece.hasEarlier)
      (text, coming, errand, scroll, match, origin) = (OutputText(), nil, nil, .following, nil, nil)
      text.append(piece)
    } else if piece.isFirst || coming != nil {
      takeAnew(piece)
    } else {
      text.append(piece)
    }
    if case .standing(let top, let seen) = scroll, top.line < text.lines.lowerBound {
      scroll = .standing(OutputLayout.Position(line: text.lines.lowerBound), seen: seen)
    }
    if !isReadingEarlier, let errand {
      self.errand = nil
      perform(errand, shape, in: &context)
    }
  }

  /// Takes the text anew, with more before it: what was looked at stays where it is, counted from the line that was the
  /// last. Until it reaches as far, what is known is shown.
  private mutating func takeAnew(_ piece: OutputPiece) {
    var anew = piece.isFirst ? OutputText() : coming ?? OutputText()
    coming = nil
    if piece.isFirst { hasMoreEarlier = piece.hasEarlier }
    var end: Int?
    for chunk in piece.chunks {
      anew.append(chunk)
      if chunk.number <= text.lastChunk { end = anew.lines.upperBound }
    }
    if piece.isComplete { anew.finish() }
    guard piece.isComplete || anew.lastChunk >= text.lastChunk else { return coming = anew }
    let shift = (end ?? anew.lines.upperBound) - text.lines.upperBound
    (text, hasEarlier) = (anew, hasMoreEarlier)
    match = match.map { $0 + shift }
    origin = origin.map { $0 + shift }
    if case .standing(let top, let seen) = scroll {
      scroll = .standing(
        OutputLayout.Position(line: max(0, top.line + shift), row: top.row), seen: seen + shift)
    }
  }

  /// Forgets the text, for another attempt is shown.
  mutating func clear() {
    let (wraps, needle) = (wraps, needle)
    self = TaskOutput()
    (self.wraps, self.needle) = (wraps, needle)
  }

  // Moving --------------------------------------------------------------------------------------------------

  /// Does an action that is about the output; false if it is about something else.
  mutating func handle(_ action: Action, _ shape: Shape, in context: inout Context) -> Bool {
    // Who goes elsewhere meanwhile is not taken away from there.
    errand = nil
    switch action {
    case .up: move(by: -1, shape, in: &context)
    case .down: move(by: 1, shape, in: &context)
    case .pageUp: move(by: -max(1, shape.rows - 1), shape, in: &context)
    case .pageDown: move(by: max(1, shape.rows - 1), shape, in: &context)
    case .halfUp: move(by: -max(1, shape.rows / 2), shape, in: &context)
    case .halfDown: move(by: max(1, shape.rows / 2), shape, in: &context)
    case .first: readAll(for: .first, shape, in: &context)
    case .last: scroll = .following
    case .follow:
      if scroll == .following { stand(top(layout(shape), shape)) } else { scroll = .following }
    case .left: left = max(0, left - step(shape))
    case .right: if !wraps { left += step(shape) }
    case .wrap:
      wraps.toggle()
      left = 0
      if case .standing(let top, let seen) = scroll {
        scroll = .standing(OutputLayout.Position(line: top.line), seen: seen)
      }
    case .findNext: find(isForward: true, shape, in: &context)
    case .findPrevious: find(isForward: false, shape, in: &context)
    case .copy: copy(shape, in: &context)
    case .pager:
      guard !text.lines.isEmpty else {
        context.say("there is no output yet")
        return true
      }
      readAll(for: .page, shape, in: &context)
    default: return false
    }
    return true
  }

  private func step(_ shape: Shape) -> Int { max(1, (shape.columns - margin(shape)) / 2) }

  private mutating func stand(_ top: OutputLayout.Position) {
    var seen = text.lines.upperBound
    if case .standing(_, let before) = scroll { seen = before }
    scroll = .standing(top, seen: seen)
  }

  private mutating func move(by rows: Int, _ shape: Shape, in context: inout Context) {
    let layout = layout(shape)
    let before = top(layout, shape)
    let after = layout.position(before, movedBy: rows)
    if rows > 0, after >= layout.lastTop(height: shape.rows) { return scroll = .following }
    if rows < 0, after == before { return readEarlier(in: &context) }
    if after != before { stand(after) }
  }

  /// Reads more of what is before the text.
  private mutating func readEarlier(in context: inout Context) {
    guard hasEarlier, !isReadingEarlier else { return }
    guard tail < Self.longestTail else {
      return context.say(Self.notRead)
    }
    if scroll == .following { stand(OutputLayout.Position(line: text.lines.lowerBound)) }
    ask(for: min(Self.longestTail, tail * 4))
    context.say("reading the last \(byteText(tail)) …")
  }

  /// Reads all that is before the text, then does this; at once if nothing is.
  private mutating func readAll(for errand: Errand, _ shape: Shape, in context: inout Context) {
    guard hasEarlier, tail < Self.longestTail || isReadingEarlier else {
      return perform(errand, shape, in: &context)
    }
    if scroll == .following { stand(top(layout(shape), shape)) }
    if tail < Self.longestTail { ask(for: Self.longestTail) }
    self.errand = errand
    // Else the frame says so, and only as long as it is so.
    if shape.isBare { context.say("reading all of it …") }
  }

  private mutating func ask(for bytes: Int) {
    (tail, coming, isAsked) = (bytes, nil, true)
  }

  private mutating func perform(_ errand: Errand, _ shape: Shape, in context: inout Context) {
    switch errand {
    case .first:
      stand(OutputLayout.Position(line: text.lines.lowerBound))
      if hasEarlier { context.say(Self.notRead) }
    case .page: context.page(notice + text.allBytes)
    case .find(let isForward): find(isForward: isForward, shape, in: &context)
    }
  }

  private static let notRead = "what is before is not read here: zmctl logs shows all of it"

  /// The first line for a pager that does not get all of it.
  private var notice: [UInt8] {
    guard hasEarlier || text.lines.lowerBound > 0 else { return [] }
    return Array("[\(Self.notRead)]\n".utf8)
  }

  /// Copies the line that was found, else the last one that is shown if one follows, else the first.
  private func copy(_ shape: Shape, in context: inout Context) {
    let lines = text.lines
    guard !lines.isEmpty else { return context.say("there is no output yet") }
    let shown = shown(shape)
    let other = scroll == .following ? lines.upperBound - 1 : shown.lowerBound
    context.copy(text[match.flatMap { shown.contains($0) ? $0 : nil } ?? other].text)
  }

  // Finding -------------------------------------------------------------------------------------------------

  /// Looks for a text while it is typed, from where one was when one began.
  mutating func look(for needle: String, _ shape: Shape) {
    if self.needle.isEmpty { origin = nil }
    self.needle = needle
    let from = origin ?? top(layout(shape), shape).line
    origin = from
    match = text.find(Needle(needle), from: from, isForward: true)
    if let match { show(match, shape) }
  }

  /// Forgets what is looked for; false if nothing is.
  mutating func forgetNeedle() -> Bool {
    guard !needle.isEmpty else { return false }
    (needle, match, origin) = ("", nil, nil)
    return true
  }

  private mutating func find(isForward: Bool, _ shape: Shape, in context: inout Context) {
    guard !needle.isEmpty else { return context.say("nothing is looked for yet") }
    // On from what was found if that is in sight, else from what is.
    let shown = shown(shape)
    let here = match.flatMap { shown.contains($0) ? $0 + (isForward ? 1 : 0) : nil } ?? shown.lowerBound
    let found = text.find(Needle(needle), from: here, isForward: isForward)
    let isAround = found.map { isForward ? $0 < here : $0 >= here } ?? true
    // What is before was not looked at yet.
    if isAround, hasEarlier, tail < Self.longestTail {
      return readAll(for: .find(isForward: isForward), shape, in: &context)
    }
    guard let found else {
      let place = hasEarlier ? " in the last \(grouped(text.lines.count))" : ""
      return context.say("no line with '\(needle)'\(place)", isError: true)
    }
    if isAround { context.say("around the end") }
    match = found
    show(found, shape)
  }

  /// The lines of which at least the first row is shown.
  private func shown(_ shape: Shape) -> Range<Int> {
    let layout = layout(shape)
    let first = top(layout, shape)
    let last = layout.position(first, movedBy: shape.rows - 1)
    let begin = min(first.line + (first.row > 0 ? 1 : 0), last.line)
    return begin..<min(text.lines.upperBound, last.line + 1)
  }

  /// Sees to it that a line is shown, with some lines before it.
  private mutating func show(_ line: Int, _ shape: Shape) {
    guard !shown(shape).contains(line) else { return }
    let layout = layout(shape)
    stand(layout.position(OutputLayout.Position(line: line), movedBy: -(shape.rows / 3)))
  }
}

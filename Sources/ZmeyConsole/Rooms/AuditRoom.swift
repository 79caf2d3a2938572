import ZmeyCore
import ZmeySchedule

/// What people did, the newest first.
struct AuditRoom: Room {
  private var cursor = ListCursor<Int64>()
  private var filter = Filter()
  /// How many entries are asked for; more once the last of them was reached.
  private var limit = AuditRoom.page

  private static let page = 200
  /// The most entries that are asked for; who wants more asks the database.
  private static let most = 5000

  var scopes: [Scope] { [.lists] }

  func wants(_ world: World) -> [Query] { [.audit(limit: limit)] }

  func crumbs(_ world: World) -> String { "" }

  func hints(_ world: World) -> [Hint] {
    [
      Hint(action: .open, label: "all of it"), Hint(action: .filter, label: "filter (by: kind:)"),
      Hint(action: .copyRow, label: "copy"),
    ]
  }

  /// What is known: until more is, what was known before.
  private func known(_ world: World) -> [AuditEntry]? {
    stride(from: limit, through: Self.page, by: -Self.page).lazy.compactMap { world.audit(.audit(limit: $0)) }
      .first
  }

  private func entries(_ world: World) -> [AuditEntry] {
    (known(world) ?? []).filter { entry in
      filter.passes(
        [entry.who, entry.action, entry.kind, entry.object, entry.detail ?? "", entry.address ?? ""],
        ["by": [entry.who], "kind": [entry.kind]])
    }
  }

  // Handling ------------------------------------------------------------------------------------------------

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) { settle(context) }

  private func height(_ context: Context) -> Int { TableView<AuditEntry>.height(in: context.body.pane) }

  private mutating func settle(_ context: Context) {
    cursor.settle(in: entries(context.world).map(\.id), height: height(context))
  }

  mutating func back(in context: inout Context) -> Bool {
    guard !filter.isEmpty else { return false }
    filter("", in: &context)
    return true
  }

  var filterText: String { filter.text }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    cursor.filterIsTyped(isTyped, in: entries(context.world).map(\.id))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    filter = Filter(text)
    settle(context)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    let ids = entries(context.world).map(\.id)
    guard case .row(let row) = target, row < ids.count else { return }
    cursor.select(ids[row], in: ids, height: height(context))
    if isDouble { _ = handle(.open, in: &context) }
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    let entries = entries(context.world)
    let ids = entries.map(\.id)
    if cursor.move(action, in: ids, height: height(context)) {
      if cursor.row(in: ids).map({ $0 == ids.count - 1 }) ?? true { askForMore(context.world) }
      return true
    }
    guard let row = cursor.row(in: ids) else { return false }
    switch action {
    case .open: show(entries[row], &context)
    case .copy: context.copy(entries[row].object)
    case .copyRow: context.copy(entries[row].json)
    default: return false
    }
    return true
  }

  private mutating func askForMore(_ world: World) {
    guard let known = world.audit(.audit(limit: limit)), known.count >= limit else { return }
    limit = min(limit + Self.page, Self.most)
  }

  private func show(_ entry: AuditEntry, _ context: inout Context) {
    let lines = entry.lines(context.world)
    // What a note has no room for, a pager shows whole.
    if lines.count > context.body.rows {
      context.page(Array(lines.map { $0 + "\n" }.joined().utf8))
    } else {
      context.show(lines, title: "\(entry.action) \(entry.kind) \(entry.object)")
    }
  }

  // Drawing -------------------------------------------------------------------------------------------------

  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let entries = entries(world)
    let note =
      known(world) == nil
      ? "reading"
      : entries.isEmpty ? filter.isEmpty ? "nothing was done yet" : "nothing passes the filter" : nil
    let content = painter.pane(
      rect, title: [Span("audit", .title)], right: "\(entries.count)", isFocused: true, note: note)
    if note == nil { Self.table(world).draw(entries, entries.map(\.id), cursor, &painter, in: content) }
  }

  private static func table(_ world: World) -> TableView<AuditEntry> {
    TableView([
      .text("when", 14...14, from: 60, .dim) { TimeText.date($0.at, world.zone) },
      .text("who", 8...14) { $0.who },
      .text("what", 8...10) { $0.action },
      .text("kind", 9...10, from: 60) { $0.kind },
      .text("which", 12...30) { $0.object },
      .text("from", 10...16, from: 120) { $0.address ?? "here" },
      .text("detail", 10...300, from: 76, .dim) { $0.detail ?? "" },
    ])
  }
}

extension AuditEntry {
  /// It whole, to read.
  fileprivate func lines(_ world: World) -> [String] {
    let detail = detail.map { [""] + JSON.lines(of: $0) } ?? []
    return [
      "when   \(world.zone.civil(at: at.seconds))", "who    \(who)\(address.map { " from \($0)" } ?? "")",
      "what   \(action)", "kind   \(kind)", "which  \(object)", "number \(id)",
    ] + detail
  }

  /// It as one JSON object.
  fileprivate var json: String {
    let facts = JSON.object([
      ("id", .number(id)), ("at", .moment(at)), ("who", .text(who)), ("address", .text(address)),
      ("action", .text(action)), ("kind", .text(kind)), ("object", .text(object)),
    ]).line
    // The detail is JSON already.
    return "\(facts.dropLast()),\"detail\":\(detail ?? "null")}"
  }
}

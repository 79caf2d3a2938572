import ZmeyCore

/// Scripts: which there are, and each with its facts and its text.
struct TemplatesRoom: Room {
  /// What keys may mean.
  enum Pane {
    case list, script
  }

  /// By what a list may be sorted.
  enum Key: String, CaseIterable {
    case name, average, owner
  }

  var pane = Pane.list
  var cursor = ListCursor<Int32>()
  var filter = Filter()
  var order = ListOrder(Key.name)
  /// What is read at the right, or in place of the list where there is no room for both.
  var reader = Reader()

  var scopes: [Scope] { pane == .list ? [.lists] : [.text] }

  func wants(_ world: World) -> [Query] { [.templates] }

  func crumbs(_ world: World) -> String { pane == .script ? current(world)?.name ?? "" : "" }

  func hints(_ world: World) -> [Hint] {
    let actions: [Hint] = [
      Hint(action: .start, label: "start"), Hint(action: .startWith, label: "with arguments"),
      Hint(action: .edit, label: "script"), Hint(action: .editAll, label: "YAML"),
    ]
    return switch pane {
    case .list:
      [Hint(action: .open, label: "read")] + actions + [
        Hint(action: .new, label: "new"), Hint(action: .filter, label: "filter"),
        Hint(action: .sort, label: "order"),
      ]
    case .script:
      [
        Hint(action: .find, label: "find"), Hint(action: .pager, label: "pager"),
        Hint(action: .back, label: "list"),
      ]
        + actions
    }
  }

  /// The templates that the filter shows, in order.
  func templates(_ world: World) -> [Template] {
    let all = (world.templates ?? []).filter { template in
      filter.passes(
        [template.name, template.owner, template.description] + template.usedBy + template.program.labels,
        ["owner": [template.owner]])
    }
    return order.sort(all) { template in
      let rank =
        switch order.key {
        case .name: (0.0, "")
        case .average: (-(template.usual.map { $0 / .seconds(1) } ?? -1), "")
        case .owner: (0.0, template.owner)
        }
      return Rank(number: rank.0, word: rank.1, name: template.name, id: template.id)
    }
  }

  /// What a template comes after: a number or a word, then its name, then its number.
  private struct Rank: Comparable {
    let number: Double
    let word: String
    let name: String
    let id: Int32

    static func < (left: Rank, right: Rank) -> Bool {
      (left.number, left.word, left.name, left.id) < (right.number, right.word, right.name, right.id)
    }
  }

  /// The template under the cursor.
  func current(_ world: World) -> Template? {
    let templates = templates(world)
    return cursor.row(in: templates.map(\.id)).map { templates[$0] }
  }

  // Handling ------------------------------------------------------------------------------------------------

  mutating func receive(_ answer: Answer, to query: Query, in context: inout Context) { settle(context) }

  private mutating func settle(_ context: Context) {
    cursor.settle(in: templates(context.world).map(\.id), height: height(context))
  }

  private func height(_ context: Context) -> Int {
    TableView<Template>.height(in: Layout(context.body, .list).list.pane)
  }

  mutating func back(in context: inout Context) -> Bool {
    if !filterText.isEmpty {
      filter("", in: &context)
    } else if pane == .script {
      pane = .list
    } else if !cursor.marks.isEmpty {
      _ = cursor.mark(.unmark, in: [], height: 1)
    } else {
      return false
    }
    return true
  }

  var filterText: String { pane == .list ? filter.text : reader.wanted }

  mutating func filterIsTyped(_ isTyped: Bool, in context: inout Context) {
    cursor.filterIsTyped(isTyped, in: templates(context.world).map(\.id))
  }

  mutating func filter(_ text: String, in context: inout Context) {
    if pane == .script { return reader.look(for: text, in: page(context)) }
    filter = Filter(text)
    settle(context)
  }

  mutating func click(_ target: ClickTarget, isDouble: Bool, in context: inout Context) {
    let ids = templates(context.world).map(\.id)
    guard case .row(let row) = target, row < ids.count else { return }
    pane = .list
    select(ids[row], ids, context)
    if isDouble { _ = handle(.open, in: &context) }
  }

  private mutating func select(_ id: Int32, _ ids: [Int32], _ context: Context) {
    cursor.select(id, in: ids, height: height(context))
    reader = Reader()
  }

  mutating func handle(_ action: Action, in context: inout Context) -> Bool {
    if action == .nextPane || action == .previousPane {
      pane = pane == .list ? .script : .list
      return true
    }
    let templates = templates(context.world)
    let ids = templates.map(\.id)
    if pane == .script, let page = page(context), reader.handle(action, in: page) { return true }
    if pane == .list {
      let before = cursor.current(in: ids)
      if cursor.move(action, in: ids, height: height(context))
        || cursor.mark(action, in: ids, height: height(context))
      {
        if cursor.current(in: ids) != before { reader = Reader() }
        return true
      }
      if order.handle(action, in: &context) { return true }
      if action == .new {
        context.show(TemplateForm.new(context.world))
        return true
      }
    }
    guard let row = cursor.row(in: ids) else { return false }
    if action == .open, pane == .list {
      pane = .script
      return true
    }
    // Who reads a script means that one, whatever is marked.
    let chosen = pane == .script ? [ids[row]] : Set(cursor.targets(in: ids))
    return act(action, templates[row], templates.filter { chosen.contains($0.id) }, &context)
  }

  /// What the right pane shows of the current template; nil if there is none.
  private func page(_ context: Context) -> Reader.Page? {
    let place = Layout(context.body, .script).script.pane
    return current(context.world).map { Reader.Page($0, context.world, in: place) }
  }
}

extension Template {
  /// The usual duration: learned, or else its own.
  var usual: Duration? { learned ?? program.average?.duration }

  var target: Target {
    Target(
      name: name, owner: owner,
      consequence: usedBy.isEmpty ? "" : "used by \(usedBy.joined(separator: ", "))")
  }
}

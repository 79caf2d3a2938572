import ZmeyCore

extension TemplatesRoom {
  /// How the view is divided: side by side where there is room for both.
  struct Layout {
    let list: Rect
    let script: Rect

    init(_ rect: Rect, _ pane: Pane) {
      let width = rect.columns >= 100 ? rect.columns * 45 / 100 : pane == .list ? rect.columns : 0
      list = rect.left(width)
      script = rect.right(from: width)
    }
  }

  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let layout = Layout(rect, pane)
    let templates = templates(world)
    let ids = templates.map(\.id)
    if !layout.list.isEmpty {
      let marks = cursor.marks.isEmpty ? "" : "\(cursor.marks.count) marked  "
      let note =
        world.templates == nil
        ? "reading"
        : templates.isEmpty ? filter.isEmpty ? "no templates" : "no template passes the filter" : nil
      let content = painter.pane(
        layout.list, title: [Span("templates", .title)], right: "\(marks)\(templates.count)",
        isFocused: pane == .list, note: note)
      if note == nil {
        Self.table(world).draw(templates, ids, cursor, &painter, in: content, isFocused: pane == .list)
      }
    }
    guard !layout.script.isEmpty else { return }
    let template = cursor.row(in: ids).map { templates[$0] }
    let content = painter.pane(
      layout.script, title: [Span(template?.name ?? "", .title)], right: template.map { "\($0.owner)" } ?? "",
      isFocused: pane == .script)
    if let template { reader.draw(Reader.Page(template, world, in: content), &painter, in: content) }
  }

  private static func table(_ world: World) -> TableView<Template> {
    TableView([
      .text("name", 12...30) { $0.name },
      .text("owner", 8...12, from: 50, .dim) { $0.owner },
      .text("average", 7...7, align: .right) { $0.usual.map(TimeText.precise) ?? "-" },
      .text("maximum", 7...7, align: .right, from: 46) {
        $0.program.maximum.map { TimeText.precise($0.duration) } ?? "-"
      },
      .text("tries", 5...5, align: .right, from: 54) { "\($0.program.attempts)" },
      .text("used by", 7...60, from: 34) { template in
        switch template.usedBy.count {
        case 0: "-"
        case 1: template.usedBy[0]
        default: "\(template.usedBy.count): \(template.usedBy.joined(separator: ", "))"
        }
      },
    ])
  }
}

extension Template {
  /// What is to know about it, in lines of so many columns; the last is the heading of its script.
  func facts(_ world: World, columns: Int) -> [[Span]] {
    var lines: [[Span]] = []
    if !description.isEmpty {
      lines += wrapped(description, columns, .full).map { [Span($0)] } + [[]]
    }
    let label = 12
    for (name, value) in pairs where !value.isEmpty {
      for (index, part) in wrapped(value, max(8, columns - label), .full).enumerated() {
        let head = index == 0 ? name : ""
        lines.append([Span(head + String(repeating: " ", count: label - head.count), .dim), Span(part)])
      }
    }
    let updated = TimeText.date(updatedAt, world.zone)
    lines.append([Span("changed     ", .dim), Span(updated)])
    return lines + [[], [Span("script", .title)]]
  }

  private var pairs: [(name: String, value: String)] {
    let own = program.average.map { "\($0)" }
    let average =
      switch (learned, own) {
      case (let learned?, let own?): "\(TimeText.precise(learned)) learned, \(own) by its definition"
      case (let learned?, nil): "\(TimeText.precise(learned)) learned"
      case (nil, let own?): "\(own) by its definition"
      case (nil, nil): "not known yet"
      }
    return [
      ("average", average), ("maximum", program.maximum.map { "\($0)" } ?? "no limit"),
      ("attempts", "\(program.attempts)\(program.rerunIfLost ? "" : ", not again if its worker is lost")"),
      ("retry", program.retry?.text ?? ""), ("grace", program.grace.map { "\($0)" } ?? ""),
      ("labels", program.labels.joined(separator: ", ")),
      ("resources", Self.list(program.resources.mapValues { "\($0)" })),
      ("limits", program.limits?.text ?? ""),
      ("user", program.user ?? ""), ("nice", program.nice.map { "\($0)" } ?? ""),
      ("variables", Self.list(program.environment)), ("secrets", Self.list(program.secrets)),
      ("used by", usedBy.isEmpty ? "no pipeline" : usedBy.joined(separator: ", ")),
    ]
  }

  private static func list(_ values: [String: String]) -> String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
  }
}

extension RetryPolicy {
  /// It in words, short.
  fileprivate var text: String {
    let usual = RetryPolicy()
    return [
      delay == usual.delay ? "at once" : "after \(delay)",
      backoff == usual.backoff ? nil : "each time \(backoff) times as long, at most \(maxDelay)",
      jitter == usual.jitter ? nil : "\(Int(jitter * 100))% more or less by chance",
      exitCodes.isEmpty ? nil : "only for exit codes \(exitCodes.map(String.init).joined(separator: ", "))",
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

extension Limits {
  /// It in words, short.
  fileprivate var text: String {
    [
      memory.map { "\($0 >> 20) MiB of memory" }, cpu.map { "\($0) of processor" },
      openFiles.map { "\($0) open files" }, processes.map { "\($0) processes" },
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

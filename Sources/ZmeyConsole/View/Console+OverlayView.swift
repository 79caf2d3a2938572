import ZmeyCore

extension Console {
  func draw(_ overlay: Overlay, _ painter: inout Painter) {
    switch overlay {
    case .question(let question): if question.word != nil { draw(question, &painter) }
    case .form(let form): draw(form, &painter)
    case .palette(let palette): draw(palette, &painter)
    case .help(let help): draw(help, &painter)
    case .rejected(let text): draw(text, &painter)
    case .note(let title, let lines): draw(lines, title: title, &painter)
    }
  }

  /// A place in the middle for so many rows and columns, as far as there is room.
  func middle(rows: Int, columns: Int) -> Rect {
    let (rows, columns) = (min(rows, size.rows), min(columns, size.columns))
    return Rect(
      row: (size.rows - rows) / 2, column: (size.columns - columns) / 2, rows: rows, columns: columns)
  }

  private func draw(_ form: Form, _ painter: inout Painter) {
    // As high as the longest hint, so that the box stands still while one goes from field to field.
    let width = min(76, size.columns) - 4
    func rows(_ text: String) -> [String] { wrapped(text, max(1, width), painter.tier) }
    let note = rows(form.problem?.message ?? form.fields[form.focus].hint)
    let notes = max(note.count, form.fields.map { rows($0.hint).count }.max() ?? 1)
    let rect = middle(rows: form.fields.count + 4 + notes, columns: 76)
    painter.box(rect, title: [Span(form.title, .title)], footer: [Span("Enter does it   Esc cancels", .dim)])
    let inside = rect.inside
    let noteArea = inside.below(max(1, inside.rows - min(notes, max(1, inside.rows / 2))))
    let labels = (form.fields.map { painter.columns($0.label) }.max() ?? 0) + 2
    let room = max(1, inside.rows - noteArea.rows - 1)
    let top = max(0, min(form.focus - room + 1, form.fields.count - room))
    for (offset, field) in form.fields.dropFirst(top).prefix(room).enumerated() {
      let (row, column) = (inside.row + offset, inside.column + 1)
      let isFocused = top + offset == form.focus
      painter.text(field.label, row: row, column: column, width: labels, isFocused ? .focus : .text)
      let width = inside.columns - 2 - labels
      switch field.kind {
      case .text:
        if isFocused {
          painter.line(field.edit, row: row, column: column + labels, width: width)
        } else {
          painter.text(field.edit.text, row: row, column: column + labels, width: width)
        }
      case .choice:
        painter.text(
          "< \(field.edit.text) >", row: row, column: column + labels, width: width,
          isFocused ? .focus : .text)
        if isFocused { painter.cursor = (row, column + labels) }
      }
    }
    for (row, text) in zip(noteArea.row..<noteArea.end, note) {
      painter.text(
        text, row: row, column: inside.column + 1, width: inside.columns - 2,
        form.problem == nil ? .dim : .failed)
    }
  }

  private func draw(_ palette: Palette, _ painter: inout Painter) {
    let rect = middle(rows: min(16, size.rows), columns: 72)
    painter.box(
      rect, title: [Span("command", .title)],
      footer: [Span("Enter does it   Tab completes   Up history   Esc cancels", .dim)])
    let inside = rect.inside
    painter.text(":", row: inside.row, column: inside.column + 1, width: 1, .focus)
    painter.line(palette.edit, row: inside.row, column: inside.column + 2, width: inside.columns - 3)
    let matches = palette.matches(paletteItems(for: palette.edit.text))
    let rows = max(0, inside.rows - 1)
    let top = max(0, palette.choice - rows + 1)
    for (offset, item) in matches.dropFirst(top).prefix(rows).enumerated() {
      let row = inside.row + 1 + offset
      let role: Role = top + offset == palette.choice ? .selected : .text
      painter.run(" ", row: row, column: inside.column, count: inside.columns, role)
      painter.text(item.name, row: row, column: inside.column + 1, width: 28, role)
      painter.text(item.key, row: row, column: inside.column + 30, width: 6, role == .selected ? role : .dim)
      painter.text(
        item.detail, row: row, column: inside.column + 37, width: inside.columns - 38,
        role == .selected ? role : .dim)
    }
  }

  private func draw(_ help: Help, _ painter: inout Painter) {
    let rect = middle(rows: size.rows - 2, columns: 76)
    painter.box(
      rect,
      title: [
        Span("Help \(painter.signs.waiting) \(place.tab?.title ?? "Task") (what works here first)", .title)
      ],
      right: [Span("type to search", .dim)], footer: [Span("Esc closes", .dim)])
    let inside = rect.inside
    let rows = help.rows(world.keys, here: rooms[place].scopes)
    var first = inside.row
    if !help.edit.text.isEmpty {
      painter.line(help.edit, row: inside.row, column: inside.column + 1, width: inside.columns - 2, .focus)
      first += 1
    }
    for (offset, row) in rows.dropFirst(help.top).prefix(max(0, inside.end - first)).enumerated() {
      let role: Role = row.isHere ? .text : .dim
      painter.text(
        row.keys, row: first + offset, column: inside.column + 1, width: 12, row.isHere ? .focus : .dim)
      painter.text(row.label, row: first + offset, column: inside.column + 14, width: 40, role)
      painter.text(
        row.name, row: first + offset, column: inside.column + 56, width: inside.columns - 57, .dim)
    }
  }

  private func draw(_ text: Rejected, _ painter: inout Painter) {
    var lines = text.problems.map { "\($0.line):\($0.column)  \($0.message)" }
    if let message = text.message { lines.insert(message, at: 0) }
    let rect = middle(rows: lines.reduce(3) { $0 + 1 + displayWidth($1) / 72 }, columns: 76)
    let keys =
      text.newer != nil
      ? "e shows that version, then edits your text   Esc leaves it"
      : text.isReady ? "a applies it   e edits it again   Esc leaves it" : "e edits again   Esc leaves it"
    painter.box(
      rect, title: [Span("Nothing was changed", .failed)],
      footer: [Span(keys, .dim)])
    drawWrapped(lines, &painter, rect.inside)
  }

  private func draw(_ lines: [String], title: String, _ painter: inout Painter) {
    let rect = middle(rows: lines.reduce(2) { $0 + 1 + displayWidth($1) / 72 }, columns: 76)
    painter.box(rect, title: [Span(title, .title)], footer: [Span("any key closes", .dim)])
    drawWrapped(lines, &painter, rect.inside)
  }

  private func drawWrapped(_ lines: [String], _ painter: inout Painter, _ rect: Rect) {
    var row = rect.row
    for line in lines {
      for part in wrapped(line, rect.columns - 2, painter.tier) where row < rect.end {
        painter.text(part, row: row, column: rect.column + 1, width: rect.columns - 2)
        row += 1
      }
    }
  }
}

/// A text in pieces that fit into so many columns, broken at blanks where there are some.
func wrapped(_ text: String, _ width: Int, _ tier: Tier) -> [String] {
  // What fits keeps its indentation.
  if displayWidth(text) <= width { return [text] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    var rest = Substring(word)
    let candidate = line.isEmpty ? String(rest) : "\(line) \(rest)"
    if displayWidth(candidate) <= width {
      line = candidate
      continue
    }
    if !line.isEmpty { lines.append(line) }
    while displayWidth(rest) > width {
      var head = ""
      while let character = rest.first, displayWidth(head + String(character)) <= max(width, 2) {
        head.append(rest.removeFirst())
      }
      lines.append(head)
    }
    line = String(rest)
  }
  lines.append(line)
  return lines
}

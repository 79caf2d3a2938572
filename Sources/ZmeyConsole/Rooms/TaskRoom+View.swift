import ZmeyCore

extension TaskRoom {
  func draw(_ painter: inout Painter, in rect: Rect, _ world: World) {
    let detail = detail(world)
    let known = detail.map { facts($0) } ?? []
    let parts = parts(rect, detail == nil ? 1 : known.count)
    if !parts.facts.isEmpty { draw(known, detail, &painter, parts.facts, world) }
    guard !parts.output.isEmpty else { return }
    let isAlone = parts.facts.isEmpty
    if isBare || parts.output.rows < 3 {
      painter.fill(parts.output)
      return drawText(&painter, parts.output, world)
    }
    painter.box(
      parts.output, title: outputTitle(detail, painter.signs, isAlone: isAlone),
      right: outputState(painter.signs, isWide: rect.columns >= 60),
      isFocused: true)
    drawText(&painter, parts.output.inside, world)
  }

  private func outputTitle(_ detail: TaskDetail?, _ signs: Signs, isAlone: Bool) -> [Span] {
    var title: [Span] = []
    if isAlone, let taskRun = detail?.taskRun {
      title = [
        Span("\(taskRun.itemName) "),
        Span("\(taskRun.state.sign(signs)) \(taskRun.stateWords) ", taskRun.state.role),
      ]
    }
    title.append(Span("output", .title))
    if let taskRun = detail?.taskRun, taskRun.attempt > 1 {
      title.append(Span(" of attempt \(output.attempt ?? attempt ?? taskRun.attempt)/\(taskRun.attempt)"))
    }
    return title
  }

  private func outputState(_ signs: Signs, isWide: Bool) -> [Span] {
    var spans: [Span] = []
    if output.isReadingEarlier {
      spans.append(Span("reading what is before \(signs.ellipsis)", .dim))
    } else if output.news > 0 {
      spans.append(Span("+\(grouped(output.news)) new \(signs.drain)", .paused))
    } else if output.scroll == .following, !output.isComplete {
      spans.append(Span("\(signs.live) follow", .running))
    }
    guard isWide else { return spans }
    if !output.needle.isEmpty, output.match == nil, !output.text.lines.isEmpty {
      spans.append(Span("  not found", .failed))
    }
    if output.isComplete { spans.append(Span(output.hasEarlier ? "  ended" : "  complete", .dim)) }
    if output.wraps { spans.append(Span("  wrap", .dim)) }
    if output.left > 0 { spans.append(Span("  from column \(output.left + 1)", .dim)) }
    let lines = output.text.lines
    let count = output.hasEarlier ? "last \(grouped(lines.count))" : grouped(lines.upperBound)
    spans.append(
      Span("  \(count) line\(lines.upperBound == 1 ? "" : "s")  \(byteText(output.text.bytes))", .dim))
    if lines.lowerBound > 0 { spans.append(Span("  first \(grouped(lines.lowerBound)) not kept", .paused)) }
    return spans
  }

  private func drawText(_ painter: inout Painter, _ rect: Rect, _ world: World) {
    guard !rect.isEmpty else { return }
    let shape = TaskOutput.Shape(rect, isBare: isBare || rect.rows < 1, hasTimes: world.isAbsoluteTime)
    let layout = output.layout(shape, painter.tier)
    let lines = output.text.lines
    guard !lines.isEmpty else {
      let text = output.attempt == nil ? "reading \(painter.signs.ellipsis)" : "no output"
      return _ = painter.text(text, row: rect.row, column: rect.column + 1, width: rect.columns - 1, .dim)
    }
    let needle = Needle(output.needle)
    let top = output.top(layout, shape)
    var row = rect.row
    for line in top.line..<lines.upperBound where row < rect.end {
      let isMatch = !needle.isEmpty && output.text.holds(needle, line)
      let role: Role? = isMatch ? (line == output.match ? .selected : .marked) : nil
      let rows = rows(of: line, layout, shape)
      for (index, glyphs) in rows.enumerated().dropFirst(line == top.line ? top.row : 0) where row < rect.end
      {
        if index == 0 { drawMargin(line, &painter, row, rect.column, shape, world) }
        draw(glyphs, line, isFirst: index == 0, role, &painter, row, rect, shape)
        row += 1
      }
    }
  }

  /// The rows of a line; of one that is not wrapped only what is in sight.
  private func rows(of line: Int, _ layout: OutputLayout, _ shape: TaskOutput.Shape) -> [ArraySlice<Glyph>] {
    if layout.wraps { return layout.rows(line) }
    let content = output.text[line]
    let glyphs = Glyph.glyphs(
      (content.isError ? OutputLayout.errorMark : "") + content.text, layout.tier,
      columns: output.left + layout.width)
    var (index, column) = (0, 0)
    while index < glyphs.count, column < output.left {
      column += Int(glyphs[index].width)
      index += 1
    }
    // Half of a wide character does not show.
    let gap = Array(repeating: Glyph(scalar: 0x20, width: 1), count: max(0, column - output.left))
    return [(gap + glyphs[index...])[...]]
  }

  private func draw(
    _ glyphs: ArraySlice<Glyph>, _ line: Int, isFirst: Bool, _ role: Role?, _ painter: inout Painter,
    _ row: Int,
    _ rect: Rect, _ shape: TaskOutput.Shape
  ) {
    let margin = output.margin(shape)
    let (column, width) = (rect.column + margin, rect.columns - margin)
    if let role { painter.run(" ", row: row, column: column, count: width, role) }
    painter.glyphs(glyphs, row: row, column: column, width: width, role ?? .text)
    if isFirst, output.left == 0, output.text[line].isError {
      painter.text(OutputLayout.errorMark, row: row, column: column, width: min(4, width), role ?? .failed)
    }
  }

  private func drawMargin(
    _ line: Int, _ painter: inout Painter, _ row: Int, _ column: Int, _ shape: TaskOutput.Shape,
    _ world: World
  ) {
    guard !shape.isBare else { return }
    var column = column
    if output.showsNumbers {
      painter.text(
        "\(line + 1)", row: row, column: column, width: min(output.numberWidth + 1, shape.columns), .dim,
        align: .right)
      column += output.numberWidth + 2
    } else {
      column += 1
    }
    guard shape.hasTimes else { return }
    let at = output.text[line].at
    let millis = String(at.microseconds / 1000 % 1000 + 1000).dropFirst()
    painter.text(
      "\(TimeText.clock(at, world.zone)).\(millis)", row: row, column: column,
      width: min(12, max(0, shape.columns - (column - 1))), .dim)
  }
}

extension Console {
  /// A question in the last row: its end is always seen, for that says how to answer.
  func drawLine(_ question: String, _ painter: inout Painter, _ rect: Rect) {
    painter.fill(rect, .danger)
    let answer = " y/N "
    let width = rect.columns - painter.columns(answer)
    let used = painter.text(
      " \(question)", row: rect.row, column: 0, width: width, .danger, align: .middle)
    let end = used + painter.text(answer, row: rect.row, column: used, width: rect.columns - used, .danger)
    painter.cursor = (rect.row, min(end, rect.columns - 1))
  }

  /// A question whose answer is typed: below its title the targets, what it means, and the answer.
  func draw(_ question: Question, _ painter: inout Painter) {
    guard let word = question.word else { return }
    var warning = wrapped(question.warning, max(1, min(72, size.columns) - 4), painter.tier)
    let rect = middle(
      rows: question.lines.count + 5 + (question.warning.isEmpty ? 0 : 1 + warning.count), columns: 72)
    painter.box(rect, title: [Span(question.title, .danger)])
    let inside = rect.inside
    let width = inside.columns - 2
    // One row for the answer, one for a target; of a warning that has no room, its last sentence.
    if question.warning.isEmpty {
      warning = []
    } else if warning.count > inside.rows - 2 {
      warning = [String(question.warning.split(separator: ". ").last ?? "")]
    }
    let gaps = max(0, min(2, inside.rows - question.lines.count - warning.count - 1))
    let room = max(0, inside.rows - 1 - warning.count - gaps)
    let lines = Self.shortened(question.lines, room)
    for (row, line) in zip(inside.row..., lines) {
      painter.text(line, row: row, column: inside.column + 1, width: width)
    }
    for (row, line) in zip((inside.row + lines.count + min(1, gaps))..., warning) where row < inside.end - 1 {
      painter.text(line, row: row, column: inside.column + 1, width: width)
    }
    drawAnswer(
      question.typed, word, &painter,
      Rect(row: inside.end - 1, column: inside.column + 1, rows: 1, columns: width))
  }

  /// As many targets as have room, and how many have none.
  private static func shortened(_ targets: [String], _ room: Int) -> [String] {
    if targets.count <= room { return targets }
    guard room > 1 else { return room == 1 ? ["\(targets.count) of them"] : [] }
    return targets.prefix(room - 1) + ["and \(targets.count - room + 1) more"]
  }

  /// What is to be typed, and what was typed so far, for which room is kept.
  private func drawAnswer(_ typed: String, _ word: String, _ painter: inout Painter, _ rect: Rect) {
    let prompts = ["type  \(word)  and Enter, Esc cancels: ", "type  \(word): ", "\(word): "]
    let least = min(painter.columns(word) + 1, rect.columns / 3)
    let prompt = prompts.first { painter.columns($0) + least <= rect.columns } ?? "\(word): "
    let ask = painter.text(
      prompt, row: rect.row, column: rect.column, width: rect.columns - least, .danger, align: .middle)
    painter.line(LineEdit(typed), row: rect.row, column: rect.column + ask, width: rect.columns - ask)
  }
}

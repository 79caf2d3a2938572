import ZmeyCore

/// What came of several commands, in a line.
struct Summary {
  /// Nothing, if it says nothing.
  private(set) var text = ""
  private(set) var refusals: [String] = []
  private var unchanged: [String] = []
  /// What was made last.
  private(set) var made: Reply.Made?

  /// The run that began last.
  var run: RunID? { if case .run(let run) = made { run } else { nil } }

  init(_ replies: [Reply]) {
    var done: [String] = []
    for outcome in replies {
      switch outcome {
      case .done(let line, let made):
        done.append(line)
        self.made = made ?? self.made
      case .unchanged(let line): unchanged.append(line)
      case .refused(let message, let hint):
        refusals.append([message, hint].compactMap { $0 }.joined(separator: ". "))
      case .stale(let message, _, _): refusals.append(message)
      case .wrong(let problems):
        refusals.append(problems.first.map { "line \($0.line): \($0.message)" } ?? "")
      case .definition: break
      }
    }
    let first = done.count > 1 ? "\(done.count) done: \(done[0]) …" : done.first ?? ""
    text = rest(behind: first)
  }

  /// A line about what was done, and behind it what was not.
  func rest(behind line: String) -> String {
    var parts = line.isEmpty ? [] : [line]
    if unchanged.count == 1 { parts.append(unchanged[0]) }
    if unchanged.count > 1 { parts.append("\(unchanged.count) left as they were: \(unchanged[0]) …") }
    if refusals.count == 1 { parts.append(refusals[0]) }
    if refusals.count > 1 { parts.append("\(refusals.count) not done: \(refusals[0])") }
    return parts.joined(separator: ", ")
  }
}

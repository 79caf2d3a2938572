internal import ZmeyConsole

/// What a refused file of settings is told.
enum SettingsRefusal {
  /// At least one problem, in the order of the lines, each in a line that there is, and nothing that a terminal would
  /// obey.
  static func check(_ error: SettingsError, of text: String) throws(BrokenPromise) {
    let lines = text.count { $0 == "\n" || $0 == "\r\n" } + 1
    let told = error.problems.map(\.line)
    try promise(!told.isEmpty && told.allSatisfy { 1...lines ~= $0 }, "\(told) are lines of \(lines)")
    try promise(told == told.sorted(), "\(told) are in order")
    for problem in error.problems {
      try promise(1...1000 ~= problem.description.utf8.count, "'\(problem)' is short")
      try promise(
        problem.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
        "'\(problem.description.debugDescription)' commands no terminal")
    }
  }
}

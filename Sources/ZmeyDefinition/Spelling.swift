/// Help with misspelt words.
enum Spelling {
  /// The candidate that is nearest to a word, if it is at most two edits away.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    // What is much longer than any of them is near to none.
    guard word.utf8.count <= 40 else { return nil }
    return candidates.map { (distance(word, $0), $0) }.filter { $0.0 <= 2 }.min { $0.0 < $1.0 }?.1
  }

  /// How many letters to add, drop or change (Levenshtein).
  static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for letter in left {
      var diagonal = row[0]
      row[0] += 1
      for index in right.indices {
        let change = diagonal + (letter == right[index] ? 0 : 1)
        diagonal = row[index + 1]
        row[index + 1] = min(change, row[index] + 1, row[index + 1] + 1)
      }
    }
    return row[right.count]
  }
}

extension String {
  /// Its first 40 characters in quotes, fit for a terminal: control characters are escaped.
  var excerpt: String {
    let start = String(unicodeScalars.prefix(40))
    return String(reflecting: start) + (unicodeScalars.count > 40 ? "…" : "")
  }
}

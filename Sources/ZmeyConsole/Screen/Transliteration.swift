/// Letters in place of others, for terminals that show ASCII alone.
enum Transliteration {
  /// The nearest ASCII letters; nil if there are none.
  static func ascii(_ scalar: Unicode.Scalar) -> String? {
    if let plain = signs[scalar] { return plain }
    if let latin = cyrillic[scalar] { return latin }
    guard let lower = scalar.properties.lowercaseMapping.unicodeScalars.first, lower != scalar else {
      return nil
    }
    return (signs[lower] ?? cyrillic[lower]).map { $0.prefix(1).uppercased() + $0.dropFirst() }
  }

  private static let signs: [Unicode.Scalar: String] = {
    var map: [Unicode.Scalar: String] = [
      "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "ı": "i", "–": "-",
      "—": "-",
      "‘": "'", "’": "'", "“": "\"", "”": "\"", "…": "~", "«": "<", "»": ">", "·": ".", "×": "x",
      "\u{a0}": " ",
      "→": ">", "←": "<", "↑": "^", "↓": "v", "±": "+", "°": "o", "€": "E", "£": "L",
    ]
    for (plain, letters) in [
      ("a", "àáâãäåāăą"), ("c", "çćĉċč"), ("d", "ď"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"),
      ("i", "ìíîïĩīĭį"),
      ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľ"), ("n", "ñńņň"), ("o", "òóôõöōŏő"), ("r", "ŕŗř"), ("s", "śŝşšș"),
      ("t", "ţťț"),
      ("u", "ùúûüũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
    ] {
      for letter in letters.unicodeScalars { map[letter] = plain }
    }
    return map
  }()

  private static let cyrillic: [Unicode.Scalar: String] = [
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "\"", "ы": "y", "ь": "'", "э": "e",
    "ю": "yu",
    "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u",
  ]
}

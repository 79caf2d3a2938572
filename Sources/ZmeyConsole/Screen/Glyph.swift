/// A character as it stands on the screen: never a control character, never half of anything.
struct Glyph: Hashable {
  var scalar: UInt32
  var mark: UInt32 = 0
  var width: UInt8

  /// In place of what must not reach a terminal, and of bytes that are no UTF-8.
  static let replacement = Glyph(scalar: 0xfffd, width: 1)

  /// The glyphs of a text. What could speak to the terminal or turn the direction of writing becomes `�`, a tab a blank.
  /// No more of it is looked at than fills `columns`.
  static func glyphs(_ text: some StringProtocol, _ tier: Tier, columns: Int = .max) -> [Glyph] {
    var glyphs: [Glyph] = []
    glyphs.reserveCapacity(min(columns, text.utf8.count))
    for scalar in text.unicodeScalars {
      // Each takes a column at least; one more, for a mark may follow.
      guard glyphs.count <= columns else { break }
      append(scalar, tier, to: &glyphs)
    }
    return glyphs
  }

  private static func append(_ scalar: Unicode.Scalar, _ tier: Tier, to glyphs: inout [Glyph]) {
    if 0x20..<0x7f ~= scalar.value { return glyphs.append(Glyph(scalar: scalar.value, width: 1)) }
    if scalar == "\t" { return glyphs.append(Glyph(scalar: 0x20, width: 1)) }
    // In ASCII there is nothing to join: two names must not look the same.
    let isJoined = glyphs.last.map { $0.scalar >= 0x7f } ?? false
    if isJoined, CharacterWidth.isJoiner(scalar.value) { return }
    guard !CharacterWidth.isJoiner(scalar.value), let width = CharacterWidth.of(scalar) else {
      return glyphs.append(tier == .ascii ? Glyph(scalar: 0x3f, width: 1) : replacement)
    }
    if tier == .ascii {
      guard width > 0 else { return }
      let plain = Transliteration.ascii(scalar) ?? String(repeating: "?", count: width)
      return glyphs.append(contentsOf: plain.unicodeScalars.map { Glyph(scalar: $0.value, width: 1) })
    }
    guard width > 0 else {
      // One mark a cell: terminals draw few more right.
      if let last = glyphs.indices.last, glyphs[last].mark == 0 { glyphs[last].mark = scalar.value }
      return
    }
    glyphs.append(Glyph(scalar: scalar.value, width: UInt8(width)))
  }
}

extension [Glyph] {
  /// How many columns they take.
  var columns: Int { reduce(0) { $0 + Int($1.width) } }

  /// As many from the start as fit into `columns`.
  func prefix(columns: Int) -> ArraySlice<Glyph> {
    var used = 0
    return prefix { glyph in
      used += Int(glyph.width)
      return used <= columns
    }
  }

  /// As many from the end as fit into `columns`.
  func suffix(columns: Int) -> ArraySlice<Glyph> {
    var used = 0
    var start = endIndex
    while start > startIndex, used + Int(self[start - 1].width) <= columns {
      start -= 1
      used += Int(self[start].width)
    }
    return self[start...]
  }
}

/// How many columns a text takes on a terminal that shows all of Unicode.
public func displayWidth(_ text: some StringProtocol) -> Int { Glyph.glyphs(text, .full).columns }

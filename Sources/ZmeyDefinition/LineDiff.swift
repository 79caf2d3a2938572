/// The difference of two texts line by line, as `diff -u` shows it. Lines are compared byte by byte.
public struct LineDiff: Hashable, Sendable {
  /// A line of either text or of both.
  public enum Line: Hashable, Sendable {
    /// It is in both.
    case same(String)
    /// It is in the first text only.
    case removed(String)
    /// It is in the second text only.
    case added(String)

    /// The line with its mark before it.
    public var text: String {
      switch self {
      case .same(let line): " \(line)"
      case .removed(let line): "-\(line)"
      case .added(let line): "+\(line)"
      }
    }

    var isChange: Bool {
      if case .same = self { false } else { true }
    }
  }

  /// Changes that stand close together, with the lines around them.
  public struct Hunk: Hashable, Sendable {
    /// Which lines of the first text these are, from 0.
    public let before: Range<Int>
    /// Which lines of the second text these are, from 0.
    public let after: Range<Int>
    /// Them.
    public let lines: [Line]

    /// `@@ -1,3 +1,4 @@`: first lines from 1, and how many.
    public var header: String { "@@ -\(Self.text(before)) +\(Self.text(after)) @@" }

    /// Of no lines at all, the line before is named.
    private static func text(_ range: Range<Int>) -> String {
      "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1),\(range.count)"
    }
  }

  /// In the order of the texts; empty if they are equal.
  public let hunks: [Hunk]

  /// Of more lines than this between the first difference and the last, in both texts together, no smallest
  /// difference is looked for, which takes the square of their number: all go and all come.
  static let searchLimit = 4000

  /// The difference from one text to another.
  ///
  /// - Parameter context: how many lines that are the same are shown around changes.
  public init(from before: String, to after: String, context: Int = 3) {
    hunks = Self.hunks(Self.script(Self.lines(before), Self.lines(after)), context)
  }

  /// Every hunk with its header, a line each, each ended by a newline.
  public var text: String {
    hunks.map { hunk in
      ([hunk.header] + hunk.lines.map(\.text)).map { $0 + "\n" }.joined()
    }.joined()
  }

  /// By bytes: CR and LF together are one Character.
  private static func lines(_ text: String) -> [String] {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.dropLast(lines.last?.isEmpty == true ? 1 : 0).map { String(Substring($0)) }
  }

  private static func isEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  /// All lines of both texts, with what becomes of each.
  private static func script(_ before: [String], _ after: [String]) -> [Line] {
    let head = zip(before, after).prefix { isEqual($0, $1) }.count
    let tail = min(
      zip(before.reversed(), after.reversed()).prefix { isEqual($0, $1) }.count,
      min(before.count, after.count) - head)
    let middle = changes(
      Array(before.dropFirst(head).dropLast(tail)), Array(after.dropFirst(head).dropLast(tail)))
    return before.prefix(head).map { .same($0) } + middle + before.suffix(tail).map { .same($0) }
  }

  private static func changes(_ before: [String], _ after: [String]) -> [Line] {
    guard before.count + after.count <= searchLimit else {
      return before.map { .removed($0) } + after.map { .added($0) }
    }
    var removed: Set<Int> = []
    var added: Set<Int> = []
    for change in after.difference(from: before, by: isEqual) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var lines: [Line] = []
    var (old, new) = (0, 0)
    while old < before.count || new < after.count {
      if removed.contains(old) {
        lines.append(.removed(before[old]))
        old += 1
      } else if added.contains(new) {
        lines.append(.added(after[new]))
        new += 1
      } else {
        lines.append(.same(before[old]))
        (old, new) = (old + 1, new + 1)
      }
    }
    return lines
  }

  private static func hunks(_ script: [Line], _ context: Int) -> [Hunk] {
    var ranges: [Range<Int>] = []
    for index in script.indices where script[index].isChange {
      let range = max(0, index - context)..<min(script.count, index + context + 1)
      if let last = ranges.last, last.upperBound >= range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    var (position, old, new) = (0, 0, 0)
    return ranges.map { range in
      // All between two hunks is the same.
      (old, new) = (old + range.lowerBound - position, new + range.lowerBound - position)
      let lines = Array(script[range])
      let start = (old: old, new: new)
      for line in lines {
        if case .added = line {} else { old += 1 }
        if case .removed = line {} else { new += 1 }
      }
      position = range.upperBound
      return Hunk(before: start.old..<old, after: start.new..<new, lines: lines)
    }
  }
}

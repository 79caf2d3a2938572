/// When a task starts, seen from the links that lead to it. A link that is off does not count.
public enum Join: Hashable, Sendable {
  /// When every link was taken; it is skipped as soon as one is not.
  case all
  /// At the first link that is taken; it is skipped if none was.
  case any
  /// When all tasks before it have ended, however.
  case allDone
  /// When all tasks before it have ended and none failed or was stopped.
  case noneFailed
  /// At the first task before it that fails; it is skipped if none did.
  case oneFailed
  /// When so many links were taken; it is skipped once they cannot be.
  case nOf(Int)

  /// The words, each as it is written; `n_of` has a number behind it.
  public static let words = ["all", "any", "all_done", "none_failed", "one_failed", "n_of"]
  /// What the number of `nOf` may be.
  public static let countRange = 1...1000

  /// Reads `all`, `any`, `all_done`, `none_failed`, `one_failed` or `n_of 2`; nil if the text is anything else.
  public init?(_ text: String) {
    switch text {
    case "all": self = .all
    case "any": self = .any
    case "all_done": self = .allDone
    case "none_failed": self = .noneFailed
    case "one_failed": self = .oneFailed
    default:
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      // Only as it is written: no plus, no zeros before it.
      guard words.count == 2, words[0] == "n_of", let count = Int(words[1]), "\(count)" == words[1],
        Self.countRange.contains(count)
      else { return nil }
      self = .nOf(count)
    }
  }
}

extension Join: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .all: "all"
    case .any: "any"
    case .allDone: "all_done"
    case .noneFailed: "none_failed"
    case .oneFailed: "one_failed"
    case .nOf(let count): "n_of \(count)"
    }
  }
}

extension Join: Codable {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let join = Join(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no join")
    }
    self = join
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

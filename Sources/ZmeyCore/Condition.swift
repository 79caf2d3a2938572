/// When a link is taken: what the task before it came to, and what it said.
///
/// Conditions are equal when they are written the same: `a and (b and c)` is `a and b and c`, and `result > 3` is
/// `success and result > 3`.
public indirect enum Condition: Sendable {
  /// The task before it succeeded.
  case success
  /// The task before it failed, ran out of time or was lost.
  case failure
  /// The task before it ended, however.
  case always
  /// Its exit code compares so with a number.
  case exitCode(Comparison, Int)
  /// Its exit code is one of these, at least one.
  case exitCodeIn([Int])
  /// Its result as a text.
  case resultText(TextTest, String)
  /// Its result as a number.
  case resultNumber(Comparison, Double)
  /// The other is not met.
  case not(Condition)
  /// All of them are met.
  case and([Condition])
  /// One of them at least is met.
  case or([Condition])

  /// How two numbers are compared.
  public enum Comparison: String, CaseIterable, Sendable {
    /// Both are the same.
    case equal = "=="
    /// They differ.
    case different = "!="
    /// The left one is smaller.
    case less = "<"
    /// The left one is smaller or the same.
    case atMost = "<="
    /// The left one is larger.
    case more = ">"
    /// The left one is larger or the same.
    case atLeast = ">="
  }

  /// What may be asked of a result as a text.
  public enum TextTest: String, CaseIterable, Sendable {
    /// It is that text.
    case equal = "=="
    /// It is another text.
    case different = "!="
    /// That text stands somewhere in it.
    case contains
    /// That regular expression of PostgreSQL matches; see `RegexRules`.
    case matches
    /// It is JSON for which that jsonpath finds something; see `JSONPathRules`.
    case jsonpath
  }

  /// The words that stand for themselves.
  static let words: [(word: String, condition: Condition)] = [
    ("success", .success), ("failure", .failure), ("always", .always),
  ]

  /// The longest text of a condition, in Unicode scalars.
  public static let maxLength = 2000
  /// How deep `not`, `and` and `or` may nest, the innermost test included.
  public static let maxDepth = 20
  /// What an exit code may be.
  public static let exitCodeRange = 0...255

  /// The one way to write it: no `and` straight inside of an `and`, no `or` inside of an `or`, and `success` where
  /// nothing else is said of how the task ended.
  var canonical: Condition {
    let flat = flattened
    return flat.namesOutcome ? flat : Condition.and([.success, flat]).flattened
  }

  /// How deep it nests; 1 for a single test.
  var depth: Int {
    switch self {
    case .not(let part): 1 + part.depth
    case .and(let parts), .or(let parts): 1 + (parts.map(\.depth).max() ?? 0)
    case .success, .failure, .always, .exitCode, .exitCodeIn, .resultText, .resultNumber: 1
    }
  }

  private var flattened: Condition {
    switch self {
    case .success, .failure, .always, .exitCode, .exitCodeIn, .resultText, .resultNumber: return self
    case .not(let part): return .not(part.flattened)
    case .and(let parts):
      let flat = parts.map(\.flattened).flatMap { part in
        if case .and(let inner) = part { inner } else { [part] }
      }
      return flat.count == 1 ? flat[0] : .and(flat)
    case .or(let parts):
      let flat = parts.map(\.flattened).flatMap { part in
        if case .or(let inner) = part { inner } else { [part] }
      }
      return flat.count == 1 ? flat[0] : .or(flat)
    }
  }

  /// Whether it says anything of how the task ended.
  private var namesOutcome: Bool {
    switch self {
    case .success, .failure, .always, .exitCode, .exitCodeIn: true
    case .resultText, .resultNumber: false
    case .not(let part): part.namesOutcome
    case .and(let parts), .or(let parts): parts.contains(where: \.namesOutcome)
    }
  }
}

extension Condition: Hashable {
  /// Whether both are written the same.
  public static func == (left: Condition, right: Condition) -> Bool {
    // By bytes: `==` of strings takes composed and decomposed letters for the same.
    left.description.utf8.elementsEqual(right.description.utf8)
  }

  /// Hashes the way it is written.
  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

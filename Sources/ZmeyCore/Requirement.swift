/// What a program asks of the worker that runs it (labels), and what it takes from a common store while it runs
/// (resources).
public enum Requirement {
  /// What the amount of a resource may be.
  public static let amountRange = 1...1_000_000
  /// The longest name of a label or a resource.
  public static let maxLength = 63

  /// Whether a label or a resource may be called so: 1 to 63 of `a-z`, `0-9`, `_`, `.` and `-`, a letter or a digit
  /// first.
  public static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    guard let first = bytes.first, bytes.count <= maxLength, isLetterOrDigit(first) else { return false }
    return bytes.allSatisfy { isLetterOrDigit($0) || "_.-".utf8.contains($0) }
  }

  /// What is wrong with labels and resources that stand at that place.
  static func problems(_ labels: [String], _ resources: [String: Int], at place: String)
    -> [DefinitionProblem]
  {
    var found: [DefinitionProblem] = []
    let repeated = Set(Definitions.repeats(labels))
    for (index, label) in labels.enumerated() {
      if !isName(label) {
        found.append(.init("\(place)/labels/\(index)", problem(label, "a label")))
      } else if repeated.contains(index) {
        found.append(.init("\(place)/labels/\(index)", "label '\(label)' comes twice"))
      }
    }
    for (name, amount) in resources.sorted(by: { $0.key < $1.key }) {
      // As JSON pointers write a key.
      let key = name.replacing("~", with: "~0").replacing("/", with: "~1")
      if !isName(name) { found.append(.init("\(place)/resources/\(key)", problem(name, "a resource"))) }
      if !amountRange.contains(amount) {
        let range = "\(amountRange.lowerBound) to \(amountRange.upperBound)"
        found.append(
          .init("\(place)/resources/\(key)", "the amount of '\(name.brief)' is \(range), not \(amount)"))
      }
    }
    return found
  }

  private static func problem(_ name: String, _ noun: String) -> String {
    "\(noun) has 1 to \(maxLength) of a-z, 0-9, '_', '.' and '-', a letter or a digit first, not '\(name.brief)'"
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }
}

extension Program {
  /// What is wrong with a program that stands at that place.
  func problems(at place: String) -> [DefinitionProblem] {
    Requirement.problems(labels, resources, at: place)
  }
}

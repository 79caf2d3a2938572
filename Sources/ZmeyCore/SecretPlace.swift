/// Where a program finds a secret.
public enum SecretPlace: Hashable, Sendable {
  /// In the variable of that name; see `Variable` for the rules.
  case variable(String)
  /// Behind the open descriptor of that number.
  case descriptor(Int32)

  /// The descriptors that a secret may come by: those behind the standard ones that have one digit, which is what
  /// shells take.
  public static let descriptors: ClosedRange<Int32> = 3...9
  /// How many secrets a program may have.
  public static let most = 16

  /// The place that a definition names: a variable, or the number of a descriptor; nil if it is none.
  public init?(_ text: String) {
    if let number = Int32(text), text == "\(number)", Self.descriptors.contains(number) {
      self = .descriptor(number)
    } else if Variable.problem(text) == nil {
      self = .variable(text)
    } else {
      return nil
    }
  }

  /// One sentence that says why a text is no place, or nil if it is one.
  public static func problem(_ text: String) -> String? {
    if SecretPlace(text) != nil { return nil }
    guard text.utf8.first.map((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) != true else {
      return
        "a secret comes by a variable's name or by a descriptor, \(descriptors.lowerBound) to \(descriptors.upperBound)"
    }
    return Variable.problem(text)
  }

  /// One sentence that says why a program cannot have these secrets beside those variables, or nil if it can.
  ///
  /// - Parameter secrets: their names by their places.
  public static func problem(_ secrets: [String: String], beside environment: [String: String]) -> String? {
    if secrets.count > most { return "\(secrets.count) secrets; \(most) are the most" }
    return secrets.keys.sorted().first { environment[$0] != nil }.map {
      "the variable \($0) has a value under 'env' already"
    }
  }
}

/// What a check found.
struct Finding: Encodable, Hashable {
  /// How bad it is.
  enum Level: String, Encodable, Hashable {
    /// As it should be.
    case ok
    /// Something to see to, though it works.
    case warn
    /// Something is broken or open.
    case fail
    /// The caller may not look.
    case skip
  }

  /// The check, in a word that stays.
  let check: String
  let level: Level
  let message: String
  /// What to do about it; nil if there is nothing to do.
  let advice: String?

  static func ok(_ check: String, _ message: String) -> Finding {
    Finding(check: check, level: .ok, message: message, advice: nil)
  }

  static func warn(_ check: String, _ message: String, _ advice: String) -> Finding {
    Finding(check: check, level: .warn, message: message, advice: advice)
  }

  static func fail(_ check: String, _ message: String, _ advice: String) -> Finding {
    Finding(check: check, level: .fail, message: message, advice: advice)
  }

  static func skip(_ check: String, _ message: String) -> Finding {
    Finding(check: check, level: .skip, message: message, advice: nil)
  }

  /// A failure that names what it was found at, or that all is well if that is nothing.
  static func fail(
    _ check: String, _ culprits: [String], _ message: String, _ advice: String, otherwise: String
  ) -> Finding {
    culprits.isEmpty ? ok(check, otherwise) : fail(check, "\(list(culprits)) \(message)", advice)
  }

  /// As the failure, but for what works all the same.
  static func warn(
    _ check: String, _ culprits: [String], _ message: String, _ advice: String, otherwise: String
  ) -> Finding {
    culprits.isEmpty ? ok(check, otherwise) : warn(check, "\(list(culprits)) \(message)", advice)
  }

  /// The first few of them.
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}

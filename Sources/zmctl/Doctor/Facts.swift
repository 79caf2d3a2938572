/// A group of checks: what one round trip to the database brings, and what that says.
///
/// Another check is a key more in `query`, a property of that name, and what it says in `findings`.
protocol Facts: Decodable, Sendable {
  /// What stands in the place of its findings if the caller may not ask.
  static var name: String { get }
  /// One row of columns that are the properties in snake_case.
  static var query: String { get }
  /// What the facts say. Looks at nothing else.
  var findings: [Finding] { get }
}

/// A reader of bytes that others wrote, with the promises that it keeps for each of them.
public struct FuzzTarget: Sendable {
  /// What `make fuzz` calls it.
  public let name: String
  /// Reads the bytes, and throws if a promise is broken. Bytes that are refused break none.
  public let check: @Sendable (_ bytes: UnsafeRawBufferPointer) throws(BrokenPromise) -> Void

  /// All there are, by their names.
  public static let all: [FuzzTarget] = [
    FuzzTarget(name: "frame", check: FrameTarget.check), FuzzTarget(name: "yaml", check: YAMLTarget.check),
    FuzzTarget(name: "condition", check: ConditionTarget.check),
    FuzzTarget(name: "cron", check: CronTarget.check), FuzzTarget(name: "theme", check: ThemeTarget.check),
    FuzzTarget(name: "keys", check: KeysTarget.check),
  ]
}

/// A promise that did not hold for an input.
public struct BrokenPromise: Error, CustomStringConvertible {
  /// The promise, and what was seen.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Throws the promise if it does not hold.
func promise(_ holds: Bool, _ promise: @autoclosure () -> String) throws(BrokenPromise) {
  guard holds else { throw BrokenPromise(promise()) }
}

/// The value of what must not fail: it reads what a program of ours wrote.
func must<Value>(_ promise: String, _ body: () throws -> Value) throws(BrokenPromise) -> Value {
  do { return try body() } catch { throw BrokenPromise("\(promise): \(error)") }
}

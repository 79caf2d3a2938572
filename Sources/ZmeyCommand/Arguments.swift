public import ArgumentParser
internal import Glibc
public import ZmeyCore

extension Timespan: ExpressibleByArgument {
  /// Reads `90s`, `5m`, `1h30m`, or plain seconds.
  public init?(argument: String) { self.init(argument) }
  /// As people write it.
  public var defaultValueDescription: String { description }
}

extension EventDefinition.Misfire: ExpressibleByArgument {}

extension EventDefinition.Overlap: ExpressibleByArgument {}

extension TaskRunState {
  /// Reads a state's name.
  ///
  /// - Throws: `ValidationError` with all names.
  public static func parse(_ text: String) throws -> TaskRunState {
    guard let state = TaskRunState(name: text) else {
      throw ValidationError(
        "no state '\(text)': it is one of \(allCases.map(\.name).joined(separator: ", "))")
    }
    return state
  }
}

/// This machine's name.
public func hostName() -> String {
  var name = utsname()
  guard uname(&name) == 0 else { return "unknown" }
  return withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// Writes a line to standard error, in one call.
public func printError(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

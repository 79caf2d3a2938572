internal import FoundationEssentials
public import ZmeyCore

/// Flags from a file, so that a service unit need not carry them: one `name = value` a line, names as the long
/// flags without their dashes; `#` begins a comment line.
///
///     # /etc/zmey/worker.conf
///     scheduler-address = 10.0.0.1:4444
///     log-level         = debug
public enum ConfigurationFile {
  /// The arguments with what `--config FILE` names put before them, so that what is given by hand wins.
  ///
  /// - Throws: `ConfigurationFileError` with file and line.
  public static func expand(_ arguments: [String]) throws(ConfigurationFileError) -> [String] {
    guard let index = arguments.firstIndex(where: { $0 == "--config" || $0.hasPrefix("--config=") }) else {
      return arguments
    }
    var rest = arguments
    let flag = rest.remove(at: index)
    let path: String
    if let equals = flag.firstIndex(of: "=") {
      path = String(flag[flag.index(after: equals)...])
    } else {
      guard rest.indices.contains(index) else { throw ConfigurationFileError("--config needs a file") }
      path = rest.remove(at: index)
    }
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(validating: data, as: UTF8.self)
    else { throw ConfigurationFileError("cannot read \(path)") }
    return try parse(text, path) + rest
  }

  static func parse(_ text: String, _ path: String) throws(ConfigurationFileError) -> [String] {
    var arguments: [String] = []
    // "\r\n" is one Character, and no "\n".
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (number, line) in lines.enumerated() {
      let line = trim(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let equals = line.firstIndex(of: "=") else {
        throw ConfigurationFileError("\(path):\(number + 1): expected 'name = value'")
      }
      let name = trim(line[..<equals])
      guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0 == "-" }), name != "config" else {
        throw ConfigurationFileError("\(path):\(number + 1): '\(name)' is no name of a flag")
      }
      arguments += ["--\(name)=\(trim(line[line.index(after: equals)...]))"]
    }
    return arguments
  }

  private static func trim(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
    let end = start.lastIndex { $0 != " " && $0 != "\t" && $0 != "\r" }
    return end.map { start[...$0] } ?? ""
  }
}

/// What is wrong with a configuration file, and where.
public struct ConfigurationFileError: ReportedError, Hashable {
  /// One line.
  public let report: String
  /// The command line is wrong.
  public var exitStatus: ExitStatus { .usage }

  init(_ report: String) { self.report = report }
}

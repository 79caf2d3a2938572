import FoundationEssentials
import Testing

/// The files of this package, as they are in the working copy that the test was built from.
enum Files {
  /// The package's folder, with a slash at its end.
  static let root = #filePath.replacing("Tests/Documentation/Files.swift", with: "")

  static func text(_ path: String) throws -> String {
    let data = try #require(FileManager.default.contents(atPath: root + path), "\(path) is not there")
    return try #require(String(validating: data, as: UTF8.self), "\(path) is not UTF-8")
  }

  static func matches(_ pattern: String, in text: String) throws -> [String] {
    try text.matches(of: Regex(pattern)).map { match in
      String(text[match.output[match.output.count - 1].range ?? match.range])
    }
  }
}

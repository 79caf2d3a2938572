import FoundationEssentials
import Testing

/// A text file of the package.
struct SourceFile {
  /// Below the package's folder.
  let path: String
  let text: String

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The modules that it imports.
  var imports: Set<String> {
    // Regular expressions on every line of the package would take this test from a second to twenty.
    let words = lines.filter { $0.first?.isWhitespace == false }.map {
      $0.split(separator: " ", maxSplits: 4)
    }
    return Set(
      words.compactMap { words in
        let rest = words.drop { $0.hasPrefix("@") || Self.levels.contains($0) }
        return rest.first == "import" ? rest.dropFirst().first.map(String.init) : nil
      })
  }

  private static let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]

  /// The lines with the word that hold the pattern outside of a comment, as `path:number`.
  func places(of pattern: some RegexComponent, with word: String) -> [String] {
    guard text.contains(word) else { return [] }
    return lines.enumerated().compactMap { index, line in
      guard line.contains(word) else { return nil }
      let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
      return code.firstMatch(of: pattern) == nil ? nil : "\(path):\(index + 1)"
    }
  }
}

/// The package as it is in the working copy that the test was built from.
enum SourceTree {
  /// The package's folder, with a slash at its end.
  private static let root = #filePath.replacing("Tests/Architecture/SourceTree.swift", with: "")

  static func text(_ path: String) throws -> String {
    let data = try #require(FileManager.default.contents(atPath: root + path), "\(path) is not there")
    return try #require(String(validating: data, as: UTF8.self), "\(path) is not UTF-8")
  }

  static func file(_ path: String) throws -> SourceFile {
    SourceFile(path: path, text: try text(path))
  }

  /// The files below a folder whose names end in one of these ways; all if none is given.
  static func files(_ folder: String, _ endings: String...) throws -> [SourceFile] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: root + folder).sorted()
    return try names.map { "\(folder)/\($0)" }.filter { path in
      var isFolder = false
      return FileManager.default.fileExists(atPath: root + path, isDirectory: &isFolder) && !isFolder
        && (endings.isEmpty || endings.contains { path.hasSuffix($0) })
    }.map(file)
  }

  /// What the Swift files of a target import.
  static func imports(_ target: Manifest.Target) throws -> Set<String> {
    try files(target.path, ".swift").reduce(into: []) { $0.formUnion($1.imports) }
  }
}

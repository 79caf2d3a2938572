public import ZmeyCore

/// Reads YAML as definitions.
///
/// The document is a mapping with `templates`, `pipelines` and `events`. Every scalar is the text it looks like (`no`
/// is no boolean, `10:30` no number). All errors come at once; only what is wrong as YAML hides the rest of its file.
public enum DefinitionReader {
  /// Reads one text.
  ///
  /// - Parameters:
  ///   - text: the YAML; empty means empty definitions.
  ///   - file: its name in errors.
  ///   - loadScript: gives the text of a `script_file`, whose path is handed over as written
  ///     (relative to the YAML file); what it throws becomes an error at that line.
  /// - Throws: `DefinitionErrors` with everything that is wrong.
  public static func read(
    _ text: String, file: String, loadScript: @escaping (_ path: String) throws -> String
  ) throws(DefinitionErrors) -> Definitions {
    try read([(name: file, text: text)]) { path, _ in try loadScript(path) }
  }

  /// Reads several texts as one: what they define comes in the order of the files, and no name may come twice among
  /// all of them.
  ///
  /// - Parameters:
  ///   - files: the name of each in errors, and its YAML.
  ///   - loadScript: as for one text, and is told the name of the YAML file as well.
  /// - Throws: `DefinitionErrors` with everything that is wrong in any of them.
  public static func read(
    _ files: [(name: String, text: String)],
    loadScript: @escaping (_ path: String, _ file: String) throws -> String
  ) throws(DefinitionErrors) -> Definitions {
    try locate(files, loadScript: loadScript).definitions
  }

  /// Reads as `read` does, and keeps the places for problems that only the database can find.
  ///
  /// - Throws: `DefinitionErrors` with everything that is wrong in any of the files.
  public static func locate(
    _ files: [(name: String, text: String)],
    loadScript: @escaping (_ path: String, _ file: String) throws -> String
  ) throws(DefinitionErrors) -> LocatedDefinitions {
    var decoder = DefinitionDecoder(files: files.map(\.text)) { path, file in
      try loadScript(path, files[file].name)
    }
    var findings: [Finding] = []
    for (index, file) in files.enumerated() {
      let (root, broken) = DocumentComposer.compose(file.text, file: index)
      findings += broken
      if let root { decoder.decode(root) }
    }
    findings += decoder.findings + decoder.problems()
    guard findings.isEmpty else {
      // What an alias brings twice is wrong once.
      let errors = Set(findings).sorted { ($0.place, $0.message) < ($1.place, $1.message) }.map {
        DefinitionError(
          file: files[$0.place.file].name, line: $0.place.line, column: $0.place.column, message: $0.message)
      }
      throw DefinitionErrors(errors: errors)
    }
    return LocatedDefinitions(decoder.definitions, places: decoder.places, files: files.map(\.name))
  }
}

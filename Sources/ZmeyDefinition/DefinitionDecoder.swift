import ZmeyCore

/// Turns documents into definitions.
///
/// A part with an error is kept with what could be read of it, so that the parts that refer to it
/// are still checked and every error is found in one pass.
struct DefinitionDecoder {
  var definitions = Definitions()
  var findings: [Finding] = []
  /// Gives the text of a script file by its path and the index of the YAML file that names it.
  let loadScript: (_ path: String, _ file: Int) throws -> String
  /// Where each part of the definitions stands; an object of a list stands where its name does.
  private(set) var places = PlaceTree(nil)
  /// The text of each file.
  private let files: [String]
  /// Those that an error pointed into.
  private var sources: [Int: SourceText] = [:]

  init(files: [String], loadScript: @escaping (_ path: String, _ file: Int) throws -> String) {
    self.files = files
    self.loadScript = loadScript
  }

  /// Adds what a document defines.
  mutating func decode(_ root: Element) {
    if case .nothing = root.content { return }
    guard let fields = fields(root, of: .document) else { return }
    for element in list(fields, "templates") ?? [] {
      guard let (template, tree) = template(element) else { continue }
      definitions.templates.append(template)
      places.append(tree, to: "templates")
    }
    for element in list(fields, "pipelines") ?? [] {
      guard let (pipeline, tree) = pipeline(element) else { continue }
      definitions.pipelines.append(pipeline)
      places.append(tree, to: "pipelines")
    }
    for element in list(fields, "events") ?? [] {
      guard let (event, tree) = event(element) else { continue }
      definitions.events.append(event)
      places.append(tree, to: "events")
    }
  }

  /// What is well formed but makes no sense.
  func problems() -> [Finding] {
    definitions.problems().compactMap { problem in
      places[problem.place].map { Finding(place: $0, message: problem.message) }
    }
  }

  /// Reports what is wrong at a character of a text, from 1.
  mutating func report(_ text: Text, column: Int, _ message: String) {
    let file = text.place.file
    let source = sources[file] ?? SourceText(files[file])
    sources[file] = source
    report(source.place(of: column - 1, in: text), message)
  }

  private mutating func template(_ element: Element) -> (TemplateDefinition, PlaceTree)? {
    guard let fields = fields(element, of: .template) else { return nil }
    var tree = PlaceTree(element)
    let name = required(fields, "name")
    tree.place = name?.place
    let description = text(fields, "description")?.string ?? ""
    let script = oneOf(ObjectKind.script, in: fields).map { self.script(fields, $0) } ?? ""
    let program = program(script, fields, &tree)
    return (TemplateDefinition(name: name?.string ?? "", description: description, program: program), tree)
  }

  private mutating func pipeline(_ element: Element) -> (PipelineDefinition, PlaceTree)? {
    guard let fields = fields(element, of: .pipeline) else { return nil }
    var tree = PlaceTree(element)
    let name = required(fields, "name")
    let elements = list(fields, "tasks")
    tree.place = elements == nil ? nil : name?.place
    let tasks = (elements ?? []).compactMap { task($0) }
    tree.set(tasks.map(\.tree), at: "tasks")
    let pipeline = PipelineDefinition(
      name: name?.string ?? "", description: text(fields, "description")?.string ?? "",
      limit: number(fields, "limit", in: PipelineDefinition.limitRange), tasks: tasks.map(\.definition))
    return (pipeline, tree)
  }
}

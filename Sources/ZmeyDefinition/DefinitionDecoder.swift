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
  /// Where each part has its name. A part without one is missing, for that was reported.
  private var places: [DefinitionProblem.Place: Place] = [:]

  init(loadScript: @escaping (_ path: String, _ file: Int) throws -> String) {
    self.loadScript = loadScript
  }

  /// Adds what a document defines.
  mutating func decode(_ root: Element) {
    if case .nothing = root.content { return }
    guard let fields = fields(root, of: .document) else { return }
    for element in list(fields, "templates") ?? [] { decodeTemplate(element) }
    for element in list(fields, "pipelines") ?? [] { decodePipeline(element) }
  }

  /// What is well formed but makes no sense.
  func problems() -> [Finding] {
    definitions.problems().compactMap { problem in
      places[problem.place].map { Finding(place: $0, message: problem.message) }
    }
  }

  private mutating func decodeTemplate(_ element: Element) {
    guard let fields = fields(element, of: .template) else { return }
    let name = required(fields, "name")
    let description = text(fields, "description")?.string ?? ""
    let script = oneOf(ObjectKind.script, in: fields).map { self.script(fields, $0) } ?? ""
    places[.template(definitions.templates.count)] = name?.place
    definitions.templates.append(
      TemplateDefinition(
        name: name?.string ?? "", description: description, program: program(script, fields)))
  }

  private mutating func decodePipeline(_ element: Element) {
    guard let fields = fields(element, of: .pipeline) else { return }
    let index = definitions.pipelines.count
    let name = required(fields, "name")
    let description = text(fields, "description")?.string ?? ""
    let elements = list(fields, "tasks")
    places[.pipeline(index)] = elements == nil ? nil : name?.place
    var pipeline = PipelineDefinition(name: name?.string ?? "", description: description, tasks: [])
    for element in elements ?? [] {
      guard let task = task(element) else { continue }
      places[.task(pipeline: index, task: pipeline.tasks.count)] = task.place
      for (position, place) in task.links.enumerated() {
        places[.link(pipeline: index, task: pipeline.tasks.count, link: position)] = place
      }
      pipeline.tasks.append(task.definition)
    }
    definitions.pipelines.append(pipeline)
  }
}

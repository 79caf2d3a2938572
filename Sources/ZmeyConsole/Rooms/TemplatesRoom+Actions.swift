import ZmeyCore

extension TemplatesRoom {
  /// Does what an action means for the template under the cursor, or for those that are marked.
  func act(_ action: Action, _ template: Template, _ chosen: [Template], _ context: inout Context) -> Bool {
    let targets = chosen.map(\.target)
    switch action {
    case .start:
      guard context.owns(targets) else { return true }
      context.say("starting \(targets.named("template"))")
      context.act(targets.map { .submit(template: $0.name, arguments: []) })
    case .startWith: if context.owns([template.target]) { context.show(TemplateForm.start(template)) }
    case .edit: if context.owns([template.target]) { context.edit(scriptOf: .template(template.name)) }
    case .editAll: if context.owns([template.target]) { context.edit(.template, template.name) }
    case .remove: context.askToRemove("template", targets) { .remove(.template, name: $0) }
    case .pager: context.page(Array(template.program.script.utf8))
    case .copy: context.copy(chosen.map(\.name).joined(separator: "\n"))
    case .copyRow: context.copy(chosen.map(\.json.line).joined(separator: "\n"))
    default: return false
    }
    return true
  }
}

extension Template {
  /// It as one JSON object.
  var json: JSON {
    .object([
      ("id", .number(Int64(id))), ("name", .text(name)), ("owner", .text(owner)),
      ("description", .text(description)), ("script", .text(program.script)),
      ("average_ms", .number(program.average?.milliseconds)),
      ("maximum_ms", .number(program.maximum?.milliseconds)),
      ("attempts", .number(Int64(program.attempts))), ("labels", .texts(program.labels)),
      ("used_by", .texts(usedBy)), ("updated_at", .moment(updatedAt)),
    ])
  }
}

import ZmeyCore

extension BoardRoom {
  /// What a field says for leaving something as it is.
  private static let unchanged = "unchanged"
  /// What a template's field says for a script that belongs to the task alone.
  private static let ownScript = "(a script of its own)"
  private static let nothing = "(nothing)"
  private static let conditionHint = "success, failure, always, exit_code == 3, result > 5, with and, or, not"

  /// Opens what an action changes a definition with: a form or the editor. Marks count for starting alone.
  func change(_ action: Action, _ targets: [BoardTarget], in context: inout Context) {
    if action == .new, task == nil { return context.show(Self.newPipeline(context.world)) }
    let chosen = action == .startWith ? targets : [underCursor(context.world)].compactMap { $0 }
    if action == .startWith, !chosen.isEmpty {
      let world = context.world
      return context.show(
        .arguments(for: Self.names(chosen)) { arguments in Self.start(chosen, arguments, world) })
    }
    guard let first = own(chosen, to: "change it", in: &context).first else { return }
    switch (action, first) {
    case (.edit, .task(let pipeline, let name, _)):
      context.edit(scriptOf: .task(name, pipeline: pipeline.name))
    case (.edit, .pipeline(let pipeline)), (.editAll, .pipeline(let pipeline)),
      (.editAll, .task(let pipeline, _, _)):
      context.edit(.pipeline, pipeline.name)
    case (.new, .task(let pipeline, let name, _)):
      context.show(Self.newTask(pipeline, context.world, after: name))
    case (.link, .task(let pipeline, let name, _)):
      guard let form = Self.link(pipeline, context.world, from: name) else {
        return context.say("\(pipeline.name) has no other task to link it with", isError: true)
      }
      context.show(form)
    case (.link, .pipeline):
      context.say("choose a task first: Enter goes to the tasks of a box", isError: true)
    default: context.say("a batch has no definition to change", isError: true)
    }
  }

  /// Templates that the caller can name, for a field.
  private static func templates(_ world: World) -> [String] {
    (world.templates ?? []).filter { world.isMine($0.owner) }.map(\.name)
  }

  private static func templateField(_ world: World) -> Form.Field {
    let templates = templates(world)
    let hint = "a template, or a script that belongs to this task alone"
    return world.templates == nil
      ? .text("template", "template", hint: "a template's name; empty for a script of its own")
      : .choice("template", "template", [ownScript] + templates, hint: hint)
  }

  private static func template(_ values: [String: String]) -> String? {
    values["template"].flatMap { $0.isEmpty || $0 == ownScript ? nil : $0 }
  }

  private static func newPipeline(_ world: World) -> Form {
    Form(
      "New pipeline",
      [
        .text("name", "name", hint: "unique among your pipelines"),
        .text("description", "description", hint: "what it is for, in a line; may stay empty"),
        .text("task", "first task", "main", hint: "the name of its first task"), templateField(world),
      ]
    ) { values in
      let (name, task) = (values["name"] ?? "", values["task"] ?? "")
      if let problem = Name.problem(name) { return .wrong("name", problem) }
      if let problem = Name.problem(task) { return .wrong("task", problem) }
      let description = values["description"] ?? ""
      if let template = template(values) {
        let pipeline = PipelineDefinition(
          name: name, description: description, tasks: [TaskDefinition(name: task, work: .template(template))]
        )
        return .commands([.apply(Definitions(pipelines: [pipeline]), base: nil)])
      }
      let lines =
        ["pipelines:", "  - name: \(JSON.quoted(name))"]
        + (description.isEmpty ? [] : ["    description: \(JSON.quoted(description))"])
        + [
          "    tasks:", "      - name: \(JSON.quoted(task))", "        script: |", "          #!/bin/sh",
          "          ",
        ]
      return .edit(lines.joined(separator: "\n") + "\n", line: lines.count)
    }
  }

  private static func newTask(_ pipeline: Pipeline, _ world: World, after: String) -> Form {
    let names = shape(of: pipeline, world).tasks.map(\.name)
    return Form(
      "New task of \(pipeline.name)",
      [
        .text("name", "name", hint: "unique in \(pipeline.name)"), templateField(world),
        .text("arguments", "arguments", hint: "parted by blanks, quoted as in a shell"),
        .choice("after", "after", [nothing] + names, after, hint: "the task that it follows"),
        .text("when", "when", "success", hint: conditionHint),
        .choice(
          "pass", "pass", LinkDefinition.Pass.allCases.map(\.rawValue),
          hint: "how it gets the result of the task before it"),
        .text("join", "join", "all", hint: "all, any, all_done, none_failed, one_failed or n_of 2"),
      ]
    ) { values in
      let name = values["name"] ?? ""
      if let problem = Name.problem(name) { return .wrong("name", problem) }
      if names.contains(name) { return .wrong("name", "there is a task '\(name)' already") }
      guard let arguments = ArgumentLine.split(values["arguments"] ?? "") else {
        return .wrong("arguments", ArgumentLine.problem)
      }
      guard let join = Join(values["join"] ?? "") else {
        return .wrong("join", "a join is all, any, all_done, none_failed, one_failed or n_of 2")
      }
      var links: [LinkDefinition] = []
      if let before = values["after"], before != nothing {
        switch condition(values) {
        case .failure(let error): return .wrong("when", "\(error.message), at \(error.column)")
        case .success(let when):
          links = [
            LinkDefinition(
              task: before, when: when, pass: values["pass"].flatMap(LinkDefinition.Pass.init) ?? .none)
          ]
        }
      }
      // Until its script is written it fails, so that nobody takes nothing for a success.
      let script = "#!/bin/sh\necho 'this script is not written yet' >&2\nexit 1\n"
      let work =
        template(values).map(TaskDefinition.Work.template) ?? .inline(Program(script: script))
      let task = TaskDefinition(name: name, work: work, arguments: arguments, join: join, after: links)
      return .commands([.change(pipeline: pipeline.name, [.addTask(task)])])
    }
  }

  private static func condition(_ values: [String: String]) -> Result<Condition, ConditionError> {
    do throws(ConditionError) { return .success(try Condition(values["when"] ?? "")) } catch {
      return .failure(error)
    }
  }

  /// Nil if there is no other task.
  private static func link(_ pipeline: Pipeline, _ world: World, from: String) -> Form? {
    let shape = shape(of: pipeline, world)
    let names = shape.tasks.map(\.name)
    let ids = Dictionary(zip(names, shape.tasks.map(\.id))) { first, _ in first }
    guard names.count > 1, let start = ids[from] else { return nil }
    let known = shape.links.filter { $0.from == start }
    let followers = known.compactMap { link in shape.tasks.first { $0.id == link.to }?.name }
    let index = names.firstIndex(of: from) ?? 0
    let next = followers.first ?? (index + 1 < names.count ? names[index + 1] : names[index - 1])
    let now = zip(followers, known).map { name, link in
      "\(name) (\(link.condition), \(link.pass.rawValue)\(link.isEnabled ? "" : ", off"))"
    }
    return Form(
      "Link tasks of \(pipeline.name)",
      [
        .choice("from", "from", names, from, hint: "the task that it comes from"),
        .choice(
          "to", "to", names, next,
          hint: now.isEmpty ? "the task that it leads to" : "linked now: \(now.joined(separator: ", "))"),
        .text("when", "when", hint: "\(conditionHint); empty: as it is, or success"),
        .choice(
          "pass", "pass", [unchanged] + LinkDefinition.Pass.allCases.map(\.rawValue),
          hint: "how the result is handed on; of a new link nothing is, if unchanged"),
        .choice(
          "state", "state", [unchanged, "on", "off", "remove"], hint: "a link that is off does not count"),
      ]
    ) { values in
      let (from, to) = (values["from"] ?? "", values["to"] ?? "")
      if from == to { return .wrong("to", "a task does not follow itself") }
      if values["state"] == "remove" {
        return .commands([.change(pipeline: pipeline.name, [.removeLink(from: from, to: to)])])
      }
      let known = shape.links.first { $0.from == ids[from] && $0.to == ids[to] }
      var link = LinkDefinition(
        task: from, when: known?.condition ?? .success, pass: known?.pass ?? .none,
        isEnabled: known?.isEnabled ?? true)
      if values["when"]?.isEmpty == false {
        switch condition(values) {
        case .failure(let error): return .wrong("when", "\(error.message), at \(error.column)")
        case .success(let when): link.when = when
        }
      }
      if let pass = values["pass"].flatMap(LinkDefinition.Pass.init) { link.pass = pass }
      if let state = values["state"], state != unchanged { link.isEnabled = state == "on" }
      return .commands([.change(pipeline: pipeline.name, [.setLink(to: to, link)])])
    }
  }

  /// The shape of a pipeline's version of now.
  private static func shape(of pipeline: Pipeline, _ world: World) -> Shape {
    world.board?.shapes[pipeline.versionID] ?? Shape(tasks: [], links: [])
  }
}

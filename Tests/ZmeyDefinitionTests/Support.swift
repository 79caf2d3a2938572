import Testing
import ZmeyCore

@testable import ZmeyDefinition

struct NoSuchFile: Error, CustomStringConvertible {
  let path: String
  var description: String { "no such file" }
}

func read(_ text: String, scripts: [String: String] = [:]) throws -> Definitions {
  try DefinitionReader.read(text, file: "f.yaml") { path in
    guard let script = scripts[path] else { throw NoSuchFile(path: path) }
    return script
  }
}

/// What the reader says about a text, one line an error, without the name of the file.
func errors(_ text: String) -> [String] {
  do {
    _ = try read(text)
    return []
  } catch let error as DefinitionErrors {
    return error.errors.map { "\($0.line):\($0.column): \($0.message)" }
  } catch {
    return ["not typed: \(error)"]
  }
}

/// A pipeline with one task whose keys beside the name are these lines.
func task(_ lines: String...) -> String {
  "pipelines:\n  - name: p\n    tasks:\n      - name: t\n"
    + lines.map { "        \($0)\n" }.joined()
}

/// Equality of definitions down to the bytes: `==` on strings takes composed and decomposed
/// letters for the same.
func isIdentical(_ left: Definitions, _ right: Definitions) -> Bool {
  func bytes(_ definitions: Definitions) -> [[UInt8]] {
    var texts: [String] = []
    func collect(_ program: Program) {
      texts.append(program.script)
      collect(program.environment)
    }
    func collect(_ environment: [String: String]) {
      for (name, value) in environment.sorted(by: { $0.key < $1.key }) { texts += [name, value] }
    }
    for template in definitions.templates {
      texts += [template.name, template.description]
      collect(template.program)
    }
    for event in definitions.events {
      texts += [event.name, event.description] + event.start + event.arguments
    }
    for pipeline in definitions.pipelines {
      texts += [pipeline.name, pipeline.description]
      for task in pipeline.tasks {
        texts += [task.name] + task.arguments + task.after.map(\.task)
        switch task.map?.source {
        case .task(let name, _): texts.append(name)
        case .items(let items): texts += items
        case nil: break
        }
        collect(task.environment)
        switch task.work {
        case .template(let name): texts.append(name)
        case .inline(let program): collect(program)
        }
      }
    }
    return texts.map { Array($0.utf8) }
  }
  return left == right && bytes(left) == bytes(right)
}

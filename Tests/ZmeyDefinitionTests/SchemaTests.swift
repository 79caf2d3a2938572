import Foundation
import Testing

@testable import ZmeyDefinition

@Suite("The JSON Schema")
struct SchemaTests {
  static func schema() throws -> [String: Any] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/ZmeyDefinition/zmey.schema.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    return try #require(json as? [String: Any])
  }

  static func keys(_ object: Any?) throws -> [String] {
    let object = try #require(object as? [String: Any])
    #expect(object["additionalProperties"] as? Bool == false)
    return try #require(object["properties"] as? [String: Any]).keys.sorted()
  }

  @Test func `it knows the keys that the reader knows`() throws {
    let schema = try Self.schema()
    let parts = try #require(schema["$defs"] as? [String: Any])
    #expect(try Self.keys(schema) == ObjectKind.document.keys.sorted())
    #expect(try Self.keys(parts["template"]) == ObjectKind.template.keys.sorted())
    #expect(try Self.keys(parts["pipeline"]) == ObjectKind.pipeline.keys.sorted())
    #expect(try Self.keys(parts["task"]) == ObjectKind.task.keys.sorted())
    #expect(try Self.keys(parts["link"]) == ObjectKind.link.keys.sorted())
    #expect(try Self.keys(parts["retry"]) == ObjectKind.retry.keys.sorted())
    #expect(try Self.keys(parts["limits"]) == ObjectKind.limits.keys.sorted())
    #expect(try Self.keys(parts["map"]) == ObjectKind.map.keys.sorted())
    #expect(try Self.keys(parts["event"]) == ObjectKind.event.keys.sorted())
  }

  @Test func `it leaves a template's task the keys that the reader leaves it`() throws {
    let parts = try #require(try Self.schema()["$defs"] as? [String: Any])
    let task = try #require(parts["task"] as? [String: Any])
    let dependent = try #require(task["dependentSchemas"] as? [String: Any])
    let template = try #require(dependent["template"] as? [String: Any])
    let refused = try #require(template["properties"] as? [String: Bool])
    #expect(refused.values.allSatisfy { !$0 })
    #expect(Set(refused.keys) == Set(ObjectKind.program).subtracting(ObjectKind.beside))
  }

  @Test func `every reference in it has a target`() throws {
    let schema = try Self.schema()
    let parts = try #require(schema["$defs"] as? [String: Any])
    var references: Set<String> = []
    func walk(_ value: Any) {
      if let object = value as? [String: Any] {
        if let reference = object["$ref"] as? String { references.insert(reference) }
        object.values.forEach(walk)
      }
      if let list = value as? [Any] { list.forEach(walk) }
    }
    walk(schema)
    #expect(references == Set(parts.keys.map { "#/$defs/\($0)" }))
  }
}

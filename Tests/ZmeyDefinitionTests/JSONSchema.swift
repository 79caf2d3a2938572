import Foundation

/// As much of JSON Schema (2020-12) as `zmey.schema.json` uses. A keyword that it does not know is a failure, so that
/// nothing in the schema goes unchecked.
struct JSONSchema {
  let root: [String: Any]

  private static let notes: Set<String> = ["$schema", "$defs", "title", "description", "default"]

  /// Why a value does not fit; empty if it does.
  func faults(_ value: Any) -> [String] { faults(value, root, at: "") }

  private func faults(_ value: Any, _ schema: Any, at place: String) -> [String] {
    if let isAllowed = schema as? Bool { return isAllowed ? [] : ["\(place): nothing may stand here"] }
    guard let schema = schema as? [String: Any] else { return ["\(place): no schema"] }
    return schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
      if Self.notes.contains(keyword) { return [] }
      return (applied(keyword, rule, value, schema, place) ?? ["unknown keyword \(keyword)"])
    }
  }

  /// Nil if the keyword is not known.
  private func applied(
    _ keyword: String, _ rule: Any, _ value: Any, _ schema: [String: Any], _ place: String
  ) -> [String]? {
    let object = value as? [String: Any]
    let list = value as? [Any]
    func fault(_ isFine: Bool) -> [String] { isFine ? [] : ["\(place): \(keyword) \(rule)"] }
    func fits(_ schema: Any) -> Bool { faults(value, schema, at: place).isEmpty }
    switch keyword {
    case "$ref":
      let name = (rule as? String ?? "").replacing("#/$defs/", with: "")
      return faults(value, (root["$defs"] as? [String: Any])?[name] ?? false, at: place)
    case "type":
      let types = rule as? [String] ?? [rule as? String ?? ""]
      return fault(types.contains { Self.type(value).contains($0) })
    case "enum": return fault((rule as? [String] ?? []).contains { $0 == value as? String })
    case "const": return fault(rule as? String == value as? String)
    case "pattern":
      guard let text = value as? String, let pattern = rule as? String else { return [] }
      return fault(text.range(of: pattern, options: .regularExpression) != nil)
    case "minLength": return fault((value as? String)?.unicodeScalars.count ?? .max >= Self.number(rule))
    case "maxLength": return fault((value as? String)?.unicodeScalars.count ?? 0 <= Self.number(rule))
    case "minimum": return fault(Self.isNumber(value) ? Self.double(value) >= Self.double(rule) : true)
    case "maximum": return fault(Self.isNumber(value) ? Self.double(value) <= Self.double(rule) : true)
    case "exclusiveMaximum":
      return fault(Self.isNumber(value) ? Self.double(value) < Self.double(rule) : true)
    case "minItems": return fault(list?.count ?? .max >= Self.number(rule))
    case "maxItems": return fault(list?.count ?? 0 <= Self.number(rule))
    case "uniqueItems": return fault(Set((list ?? []).map { "\($0)" }).count == list?.count ?? 0)
    case "items":
      return (list ?? []).enumerated().flatMap { faults($0.element, rule, at: "\(place)/\($0.offset)") }
    case "required":
      return fault((rule as? [String] ?? []).allSatisfy { object == nil || object?[$0] != nil })
    case "minProperties": return fault(object?.count ?? .max >= Self.number(rule))
    case "maxProperties": return fault(object?.count ?? 0 <= Self.number(rule))
    case "properties":
      let rules = rule as? [String: Any] ?? [:]
      return (object ?? [:]).flatMap { key, value in
        rules[key].map { faults(value, $0, at: "\(place)/\(key)") } ?? []
      }
    case "additionalProperties":
      let known = (schema["properties"] as? [String: Any]) ?? [:]
      return (object ?? [:]).filter { known[$0.key] == nil }.flatMap {
        faults($0.value, rule, at: "\(place)/\($0.key)")
      }
    case "propertyNames": return (object ?? [:]).keys.flatMap { faults($0, rule, at: "\(place)/\($0)") }
    case "dependentRequired":
      return (rule as? [String: [String]] ?? [:]).flatMap { key, needed in
        object?[key] == nil ? [] : fault(needed.allSatisfy { object?[$0] != nil })
      }
    case "dependentSchemas":
      return (rule as? [String: Any] ?? [:]).flatMap { key, schema in
        object?[key] == nil ? [] : faults(value, schema, at: place)
      }
    case "anyOf": return fault((rule as? [Any] ?? []).contains(where: fits))
    case "oneOf": return fault((rule as? [Any] ?? []).filter(fits).count == 1)
    case "if": return fits(rule) ? faults(value, schema["then"] ?? true, at: place) : []
    case "then": return []
    default: return nil
    }
  }

  /// The names of a value's types.
  private static func type(_ value: Any) -> Set<String> {
    switch value {
    case is NSNull: ["null"]
    case is String: ["string"]
    case is [Any]: ["array"]
    case is [String: Any]: ["object"]
    default:
      if isNumber(value) {
        double(value).rounded() == double(value) ? ["number", "integer"] : ["number"]
      } else {
        ["boolean"]
      }
    }
  }

  private static func isNumber(_ value: Any) -> Bool {
    guard let number = value as? NSNumber else { return false }
    return String(cString: number.objCType) != "c"
  }

  private static func double(_ value: Any) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }

  private static func number(_ value: Any) -> Int { (value as? NSNumber)?.intValue ?? 0 }
}

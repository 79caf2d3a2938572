/// The targets of Package.swift, read as text: the manifest has one shape for all of them.
struct Manifest {
  struct Target {
    let kind: String
    let name: String
    let dependencies: [String]
    /// The folder below the package's.
    let path: String
  }

  let targets: [Target]

  static func read() throws -> Manifest {
    let text = try SourceTree.text("Package.swift")
    let heads = text.matches(of: /\.(systemLibrary|target|testTarget|executableTarget)\(\s*name: "(\w+)"/)
    let ends = heads.dropFirst().map(\.range.lowerBound) + [text.endIndex]
    return Manifest(
      targets: zip(heads, ends).map { head, end in
        let body = text[head.range.upperBound..<end]
        let name = String(head.output.2)
        let folder = head.output.1 == "testTarget" ? "Tests" : "Sources"
        return Target(
          kind: String(head.output.1), name: name, dependencies: dependencies(body),
          path: body.firstMatch(of: /path: "([^"]+)"/).map { String($0.output.1) } ?? "\(folder)/\(name)")
      })
  }

  private static func dependencies(_ body: Substring) -> [String] {
    guard let list = body.firstMatch(of: /dependencies: \[([^\]]*)\]/) else { return [] }
    return list.output.1.replacing(/package: "[^"]*"/, with: "").matches(of: /"(\w+)"/).map {
      String($0.output.1)
    }
  }

  subscript(name: String) -> Target? { targets.first { $0.name == name } }

  /// The targets below Sources, mains included.
  var sources: [Target] { targets.filter { $0.path.hasPrefix("Sources/") } }

  /// Programs that measure and are not installed.
  var benchmarks: [Target] { targets.filter { $0.path.hasPrefix("Tests/Benchmarks/") } }

  /// Everything that a target is linked with, as far as Package.swift tells.
  func closure(of name: String) -> Set<String> {
    var found: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for dependency in self[next]?.dependencies ?? [] where found.insert(dependency).inserted {
        open.append(dependency)
      }
    }
    return found
  }
}

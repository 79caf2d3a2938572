import Testing

@Suite struct `Arrows between modules` {
  /// What comes with Swift and the system.
  private static let system: Set<String> = ["Glibc", "Synchronization", "FoundationEssentials"]

  /// From the ground up: a module knows modules of lower floors only.
  private static let floors: [[String]] = [
    ["CLibPQ", "CLinux", "CSealing", "CTerminal", "ZmeyCore"],
    ["Postgres", "Processes", "Sealing", "Terminal", "ZmeySchedule"],
    ["ZmeyDefinition", "ZmeyStore", "ZmeyLink", "ZmeyDaemon", "ZmeyCommand", "ZmeyConsole"],
    ["ZmeyScheduler", "ZmeyWorker", "ZmeyInstance", "ZmeyFeed"],
    ["zmctl", "zmtui", "zmscheduler", "zmworker"],
  ]

  @Test func `every import is a dependency of its target, and every dependency is imported`() throws {
    let manifest = try Manifest.read()
    for target in manifest.sources + manifest.benchmarks
    where target.kind != "systemLibrary" && !["CLinux", "CSealing"].contains(target.name) {
      let imports = try SourceTree.imports(target).subtracting(Self.system)
      #expect(imports == Set(target.dependencies), "\(target.name)")
    }
  }

  @Test func `a module depends on lower floors only`() throws {
    let manifest = try Manifest.read()
    let floor = Dictionary(
      uniqueKeysWithValues: Self.floors.enumerated().flatMap { f in f.element.map { ($0, f.offset) } })
    #expect(Set(floor.keys) == Set(manifest.sources.map(\.name)))
    for target in manifest.sources {
      for dependency in target.dependencies {
        guard let above = floor[target.name], let below = floor[dependency] else { continue }
        #expect(below < above, "\(target.name) → \(dependency)")
      }
    }
  }

  @Test func `Package.swift names a module before those that depend on it`() throws {
    let targets = try Manifest.read().targets
    for (index, target) in targets.enumerated() {
      let later = Set(targets[index...].map(\.name))
      #expect(later.isDisjoint(with: target.dependencies), "\(target.name)")
    }
  }

  @Test(arguments: [
    ("ZmeyCore", []), ("ZmeySchedule", ["ZmeyCore"]), ("ZmeyConsole", ["ZmeyCore", "ZmeySchedule"]),
  ])
  func `what is pure imports nothing but what is pure`(name: String, pure: [String]) throws {
    let target = try #require(try Manifest.read()[name])
    #expect(try SourceTree.imports(target).sorted() == pure)
  }

  @Test(arguments: ["Postgres", "Processes", "Sealing", "Terminal"])
  func `what is worn in Swift knows nothing of zmey`(name: String) throws {
    let target = try #require(try Manifest.read()[name])
    #expect(try SourceTree.imports(target).filter { $0.hasPrefix("Zmey") }.isEmpty)
  }

  @Test func `the link and the store do not know each other`() throws {
    let manifest = try Manifest.read()
    #expect(!manifest.closure(of: "ZmeyLink").contains("ZmeyStore"))
    #expect(!manifest.closure(of: "ZmeyStore").contains("ZmeyLink"))
  }

  @Test func `a worker is linked with nothing of the database, and with one library for keys`() throws {
    let others: Set<String> = ["CLibPQ", "CSealing", "Postgres", "Sealing", "ZmeyStore", "ZmeyInstance"]
    #expect(try Manifest.read().closure(of: "zmworker").isDisjoint(with: others))
  }
}

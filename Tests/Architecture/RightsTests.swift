import Testing

@Suite struct `Who may import what` {
  private static let mains: Set<String> = ["zmctl", "zmscheduler", "zmtui", "zmworker"]
  private static let daemons: Set<String> = ["zmscheduler", "zmworker"]

  @Test(
    arguments: [
      ("CLibPQ", ["Postgres"]), ("CLinux", ["Processes"]), ("CSealing", ["Sealing"]),
      ("CTerminal", ["Terminal"]),
      ("Yams", ["ZmeyDefinition"]), ("NIOSSL", ["ZmeyLink"]),
      ("UnixSignals", ["ZmeyDaemon"]), ("ArgumentParser", mains.union(["ZmeyCommand"])), ("Foundation", []),
      ("NIOCore", daemons.union(["ZmeyLink", "ZmeyDaemon", "ZmeyScheduler", "ZmeyWorker"])),
    ] as [(String, Set<String>)])
  func `has rooms of its own`(module: String, rooms: Set<String>) throws {
    let importers = try Manifest.read().sources.filter { try SourceTree.imports($0).contains(module) }
    #expect(Set(importers.map(\.name)).isSubset(of: rooms))
  }

  @Test func `no part of NIO but its core leaves the link and the daemons' frame`() throws {
    for target in try Manifest.read().sources where !["ZmeyLink", "ZmeyDaemon"].contains(target.name) {
      let parts = try SourceTree.imports(target).filter { $0.hasPrefix("NIO") && $0 != "NIOCore" }
      #expect(parts.isEmpty, "\(target.name)")
    }
  }
}

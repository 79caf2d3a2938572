// swift-tools-version: 6.2
import PackageDescription

/// Arrows point up this list: a target depends on what stands above it, never below.
let package = Package(
  name: "zmey",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", "1.8.2"..<"1.9.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(name: "CLinux"),
    .target(
      name: "CTerminal",
      cSettings: [
        .define("_GNU_SOURCE"), .define("_XOPEN_SOURCE_EXTENDED"), .define("NCURSES_WIDECHAR", to: "1"),
      ],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "CSealing", linkerSettings: [.linkedLibrary("crypto")]),
    .target(name: "ZmeyCore"),
    .target(name: "ZmeySchedule", dependencies: ["ZmeyCore"]),
    .target(
      name: "ZmeyDefinition", dependencies: ["ZmeyCore", "ZmeySchedule", "Yams"],
      exclude: ["zmey.schema.json"]),
    .target(
      name: "ZmeyConsole", dependencies: ["ZmeyCore", "ZmeySchedule"],
      resources: [.embedInCode("Theme/Shipped")]),
    .target(name: "Postgres", dependencies: ["CLibPQ"]),
    .target(name: "Processes", dependencies: ["CLinux"]),
    .target(name: "Sealing", dependencies: ["CSealing"]),
    .target(name: "Terminal", dependencies: ["CTerminal"]),
    .target(
      name: "ZmeyStore", dependencies: ["ZmeyCore", "Postgres"],
      resources: [.embedInCode("Migrations")]),
    .target(
      name: "ZmeyLink",
      dependencies: [
        "ZmeyCore",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),
    .target(
      name: "ZmeyDaemon",
      dependencies: [
        "ZmeyCore", "Processes",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .target(
      name: "ZmeyScheduler",
      dependencies: [
        "ZmeyCore", "ZmeySchedule", "ZmeyStore", "ZmeyLink", "ZmeyDaemon", "Postgres", "Sealing",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .target(
      name: "ZmeyWorker",
      dependencies: [
        "ZmeyCore", "ZmeyLink", "ZmeyDaemon", "Processes",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .target(
      name: "ZmeyCommand",
      dependencies: [
        "ZmeyCore", "ZmeySchedule",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "ZmeyFeed",
      dependencies: [
        "ZmeyCommand", "ZmeyConsole", "ZmeyCore", "ZmeyDefinition", "ZmeySchedule", "ZmeyStore", "Postgres",
      ]),
    .target(name: "ZmeyInstance", dependencies: ["ZmeyCore", "ZmeyStore", "Postgres", "Processes"]),
    .target(name: "TestKit", dependencies: ["Postgres", "Processes", "ZmeyStore"], path: "Tests/TestKit"),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "ZmeyConsole", "ZmeyCore", "ZmeyDefinition", "ZmeyLink", "ZmeySchedule",
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Tests/Fuzz/Targets"),
    .target(name: "CFuzzer", path: "Tests/Fuzz/Driver"),
    .executableTarget(name: "fuzz", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/Program"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay"),
    .testTarget(name: "ZmeyCoreTests", dependencies: ["ZmeyCore"]),
    .testTarget(
      name: "ZmeyScheduleTests", dependencies: ["Postgres", "TestKit", "ZmeyCommand", "ZmeySchedule"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ZmeyConsoleTests", dependencies: ["ZmeyConsole", "ZmeyCore", "ZmeySchedule"],
      exclude: ["Golden"]),
    .testTarget(name: "ZmeyDefinitionTests", dependencies: ["ZmeyCore", "ZmeyDefinition"]),
    .testTarget(name: "PostgresTests", dependencies: ["Postgres", "TestKit"]),
    .testTarget(name: "ProcessesTests", dependencies: ["Processes"]),
    .testTarget(name: "SealingTests", dependencies: ["Sealing"]),
    .testTarget(
      name: "ZmeyLinkTests",
      dependencies: [
        "Sealing", "ZmeyCore", "ZmeyLink",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "ZmeyWorkerTests",
      dependencies: [
        "ZmeyCore", "ZmeyLink", "ZmeyWorker",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .testTarget(
      name: "ZmeySchedulerTests",
      dependencies: [
        "Postgres", "Sealing", "ZmeyCore", "ZmeyLink", "ZmeyScheduler", "ZmeyStore",
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "ZmeyCore", "ZmeyLink", "ZmeyScheduler", "ZmeyStore", "ZmeyWorker",
        .product(name: "NIOCore", package: "swift-nio"),
      ],
      path: "Tests/Simulation"),
    .testTarget(
      name: "ZmeyStoreTests", dependencies: ["Postgres", "Processes", "TestKit", "ZmeyCore", "ZmeyStore"],
      exclude: ["Rights"]),
    .testTarget(
      name: "ZmeyFeedTests",
      dependencies: [
        "Postgres", "TestKit", "ZmeyConsole", "ZmeyCore", "ZmeyFeed", "ZmeyStore",
      ]),
    .executableTarget(
      name: "zmscheduler",
      dependencies: [
        "ZmeyCommand", "ZmeyCore", "ZmeyDaemon", "ZmeyInstance", "ZmeyLink", "ZmeyScheduler",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "zmctl",
      dependencies: [
        "ZmeyCommand", "ZmeyCore", "ZmeyDefinition", "ZmeyInstance", "ZmeySchedule", "ZmeyStore", "Postgres",
        "Processes", "Sealing",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.embedInCode("Examples")]),
    .executableTarget(
      name: "zmtui",
      dependencies: [
        "Postgres", "Terminal", "ZmeyCommand", "ZmeyConsole", "ZmeyCore", "ZmeyFeed", "ZmeyInstance",
        "ZmeySchedule", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "zmworker",
      dependencies: [
        "ZmeyCommand", "ZmeyCore", "ZmeyDaemon", "ZmeyLink", "ZmeyWorker",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "launchbench",
      dependencies: [
        "ZmeyCommand", "ZmeyCore", "ZmeyLink", "Processes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Tests/Benchmarks/Launch"),
    .executableTarget(name: "terminalprobe", dependencies: ["Terminal"], path: "Tests/Probe"),
    .testTarget(name: "TerminalTests", dependencies: ["Processes", "Terminal", "TestKit", "terminalprobe"]),
    .testTarget(name: "ArchitectureTests", path: "Tests/Architecture"),
    .testTarget(
      name: "DocumentationTests", dependencies: ["ZmeyConsole", "ZmeyCore", "ZmeyDefinition", "Processes"],
      path: "Tests/Documentation"),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Postgres", "Processes", "TestKit", "ZmeyInstance", "ZmeyStore", "zmctl", "zmscheduler", "zmtui",
        "zmworker",
      ], path: "Tests/EndToEnd"),
  ]
)
for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
}

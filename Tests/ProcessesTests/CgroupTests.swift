import Glibc
import Testing

@testable import Processes

@Suite("Cgroups", .serialized, .enabled(if: Control.hasCgroups, "no cgroup may be made here"))
struct CgroupTests {
  let base: CgroupBase
  let reactor: ProcessReactor

  init() throws {
    let control = try Control.cgroup.make()
    guard case .cgroup(let base) = control else { throw CancellationError() }
    self.base = base
    reactor = try ProcessReactor(control: control)
  }

  /// The cgroups of trees that are there.
  private var cgroups: [String] { FolderList.folders(in: base.path).map { "\(base.path)/\($0)" } }

  private func output(_ id: UInt64, _ script: String) async -> String? {
    await run([LaunchRequest(id: id, program: shell(script, base.path))], on: reactor)[id]?.text
  }

  @Test func `one that was removed meanwhile does not fail the next launch`() async throws {
    #expect(await output(1, "echo one") == "one\n")
    try #require(cgroups.count == 1)
    for path in cgroups { #expect(rmdir(path) == 0) }
    #expect(await output(2, "echo two") == "two\n")
  }

  @Test func `one that has others below serves no second tree`() async throws {
    #expect(await output(1, "for group in $1/*/; do mkdir $group/sub; done; echo one") == "one\n")
    #expect(cgroups == [])
  }

  @Test func `one that its tree left frozen serves no second tree`() async throws {
    // From a cgroup below it, as a frozen process could not end by itself.
    let script = """
      for group in $1/*/; do
        mkdir $1/../zmey-escape-$$; echo $$ >$1/../zmey-escape-$$/cgroup.procs; echo 1 >$group/cgroup.freeze
        echo $$
      done
      """
    let escaped = try #require(await output(1, script)).dropLast()
    rmdir("\(base.path)/../zmey-escape-\(escaped)")
    #expect(cgroups == [])
    #expect(await output(2, "echo two") == "two\n")
  }

  @Test func `one of a launch that failed serves no other`() async {
    let program = Program(path: "/nowhere/x", arguments: ["x"])
    let outcomes = await run([LaunchRequest(id: 1, program: program)], on: reactor)
    #expect(outcomes[1]?.failure?.step == .exec)
    #expect(cgroups == [])
  }

  @Test func `a birth into one that is gone is said to be its failure`() throws {
    let cgroup = try base.makeChild()
    #expect(rmdir(cgroup.path) == 0)
    let null = try Descriptor.open("/dev/null", O_RDWR)
    let failure = #expect(throws: LaunchFailure.self) {
      _ = try shell("echo").launchChild(input: null, output: null, error: null, cgroup: cgroup).pid
    }
    #expect(failure?.step == .cgroup)
  }

  @Test func `a signal reaches members of cgroups below`() async throws {
    let script = """
      for group in $1/*/; do mkdir -p $group/a/b; done
      (trap 'echo caught; exit' TERM; echo 0 >${group}a/b/cgroup.procs; echo ready; while :; do sleep 0.01; done) &
      trap : TERM
      wait; wait
      """
    var steps = EventSteps(reactor)
    reactor.launch([LaunchRequest(id: 1, program: shell(script, base.path))])
    try await steps.until { $0.isOutput }
    reactor.signal(1, SIGTERM)
    // The shell tells of its killed sleep on the other stream.
    try await steps.until { $0 == .output(id: 1, stream: .standardOutput, bytes: Array("caught\n".utf8)) }
    _ = try await steps.exit()
  }

  @Test func `limits are the cgroup's where it can, else each process's`() async throws {
    var request = LaunchRequest(id: 1, program: shell("cat $1/*/memory.max || ulimit -v", base.path))
    request.memoryLimit = 512 << 20
    let outcomes = await run([request], on: reactor)
    let hasController = contents("\(base.path)/cgroup.subtree_control")?.contains("memory") == true
    #expect(outcomes[1]?.text == (hasController ? "\(512 << 20)\n" : "\(512 << 10)\n"))
    #expect(!hasController || cgroups == [])
  }
}

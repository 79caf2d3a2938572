import Glibc
import Processes
import Testing
import ZmeyLink

@testable import ZmeyWorker

@Suite(.enabled(if: geteuid() == 0, "only root may become another user")) struct UserTests {
  private func configuration(allowing users: Set<String>) -> WorkerConfiguration {
    var configuration = WorkerConfiguration(
      name: "w", scheduler: LinkAddress(host: "127.0.0.1", port: 1), host: "h", folder: "/nowhere",
      progressPeriod: .seconds(10), pingPeriod: .seconds(60), drain: .seconds(600), release: "1")
    configuration.allowedUsers = users
    return configuration
  }

  @Test("Not even the worker's own root is given to a task that asks for it, unless it is allowed")
  func root() throws {
    let strict = configuration(allowing: [])
    #expect(throws: Unlaunchable.self) { _ = try strict.account(for: "root") }
    #expect(try strict.account(for: nil) == nil)
    #expect(try configuration(allowing: ["root"]).account(for: "root") == nil)
  }

  @Test("A user that is allowed has to be there")
  func missing() {
    let configuration = configuration(allowing: ["nobody-of-that-name"])
    let error = #expect(throws: Unlaunchable.self) {
      _ = try configuration.account(for: "nobody-of-that-name")
    }
    #expect(error?.reason == "there is no user 'nobody-of-that-name' on this worker")
  }
}

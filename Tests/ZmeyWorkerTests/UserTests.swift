import Glibc
import Testing
import ZmeyLink

@testable import ZmeyWorker

@Suite(.enabled(if: geteuid() == 0, "only root may become another user")) struct UserTests {
  private var configuration = WorkerConfiguration(
    name: "w", scheduler: LinkAddress(host: "127.0.0.1", port: 1), host: "h", folder: "/nowhere",
    progressPeriod: .seconds(10), pingPeriod: .seconds(60), drain: .seconds(600), release: "1")

  @Test("Not even the worker's own root is given to a task that asks for it, unless it is allowed")
  mutating func root() throws {
    #expect(throws: Unlaunchable.self) { [configuration] in try configuration.account(for: "root") }
    #expect(try configuration.account(for: nil) == nil)
    configuration.allowedUsers = ["root", "nobody-of-that-name"]
    #expect(try configuration.account(for: "root") == nil)
    #expect(throws: Unlaunchable("there is no user 'nobody-of-that-name' on this worker")) {
      [configuration] in try configuration.account(for: "nobody-of-that-name")
    }
  }
}

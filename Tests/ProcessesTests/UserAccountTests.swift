import Glibc
import Testing

@testable import Processes

@Suite struct `An account` {
  @Test func `is found however little room there was for it at first`() throws {
    let account = try #require(try UserAccount(named: "root", room: 1))
    #expect(account.identity.userID == 0)
    #expect(try UserAccount.recent(named: "root") == account)
    #expect(try UserAccount.recent(named: "root") == account)
  }

  @Test func `is none if the database has none`() throws {
    #expect(try UserAccount(named: "nobody-of-that-name") == nil)
    #expect(try UserAccount.recent(named: "nobody-of-that-name") == nil)
  }
}

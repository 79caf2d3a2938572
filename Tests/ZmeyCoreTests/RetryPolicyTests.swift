import Testing
import ZmeyCore

@Suite("When a program is tried again")
struct RetryPolicyTests {
  private static let doubling = RetryPolicy(
    delay: .seconds(10), backoff: 2, maxDelay: .seconds(300), jitter: 0.1)

  @Test func `a policy makes sense with a second attempt and a delay within the longest`() {
    #expect(Self.doubling.problem(attempts: 2) == nil)
    #expect(RetryPolicy().problem(attempts: 1) == "retry needs attempts: 2 or more")
    #expect(
      RetryPolicy(delay: .seconds(3601)).problem(attempts: 2)
        == "the delay 1h1s is longer than max_delay, 1h")
  }
}

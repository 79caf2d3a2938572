import Testing
import ZmeyCore

@Suite("When a program is tried again")
struct RetryPolicyTests {
  private static let doubling = RetryPolicy(
    delay: .seconds(10), backoff: 2, maxDelay: .seconds(300), jitter: 0.1)

  @Test(
    arguments: [
      (1, 0, 0), (2, 0, 10_000), (3, 0, 20_000), (4, 0, 40_000), (6, 0, 160_000), (7, 0, 300_000),
      (100, 0, 300_000), (2, 1, 11_000), (2, -1, 9000), (3, 0.5, 21_000), (100, 1, 330_000),
    ] as [(Int, Double, Int64)])
  func `delays grow up to the longest, and chance moves them`(
    attempt: Int, chance: Double, milliseconds: Int64
  ) {
    #expect(
      Self.doubling.delay(beforeAttempt: attempt, chance: chance) == .milliseconds(milliseconds))
  }

  @Test(
    arguments: [
      (RetryPolicy(), 5, 1, 0), (RetryPolicy(delay: .seconds(7)), 9, 1, 7000),
      (RetryPolicy(delay: .seconds(1), backoff: 1.1), 4, 0, 1210),
      (RetryPolicy(delay: .seconds(1), backoff: 1.125), 4, 0, 1266),
      (RetryPolicy(delay: .seconds(1), backoff: 10), 100, 0, 3_600_000),
      (RetryPolicy(delay: .seconds(8), jitter: 1), 2, -1, 0),
      (
        RetryPolicy(delay: .seconds(.max), maxDelay: .seconds(.max), jitter: 1), 2, 1, 2 * Timespan.longest
      ),
    ] as [(RetryPolicy, Int, Double, Int64)])
  func `every policy has its delay`(policy: RetryPolicy, attempt: Int, chance: Double, milliseconds: Int64) {
    #expect(policy.delay(beforeAttempt: attempt, chance: chance) == .milliseconds(milliseconds))
  }

  @Test func `a policy makes sense with a second attempt and a delay within the longest`() {
    #expect(Self.doubling.problem(attempts: 2) == nil)
    #expect(RetryPolicy().problem(attempts: 1) == "retry needs attempts: 2 or more")
    #expect(
      RetryPolicy(delay: .seconds(3601)).problem(attempts: 2)
        == "the delay 1h1s is longer than max_delay, 1h")
  }
}

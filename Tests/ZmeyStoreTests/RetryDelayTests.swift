import Postgres
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `The delay before another attempt` {
  private static let doubling = #"{"delay": 10000, "backoff": 2, "max_delay": 300000, "jitter": 0.1}"#

  /// Policy, failures so far, chance; milliseconds.
  private static let table: [(String, Int32, Double, Int64)] = [
    (doubling, 1, 0, 10_000), (doubling, 2, 0, 20_000), (doubling, 3, 0, 40_000), (doubling, 5, 0, 160_000),
    (doubling, 6, 0, 300_000), (doubling, 99, 0, 300_000), (doubling, 1, 1, 11_000), (doubling, 1, -1, 9000),
    (doubling, 2, 0.5, 21_000), (doubling, 99, 1, 330_000),
    ("{}", 4, 1, 0), (#"{"delay": 7000}"#, 8, 1, 7000), (#"{"delay": 1000, "backoff": 1.1}"#, 3, 0, 1210),
    (#"{"delay": 1000, "backoff": 10}"#, 99, 0, 3_600_000), (#"{"delay": 8000, "jitter": 1}"#, 1, -1, 0),
  ]

  @Test func `grows up to the longest, and chance moves it`() async throws {
    try await World.with { world in
      for (policy, failures, chance, milliseconds) in Self.table {
        let delay = try await world.root.int(
          "select zm.retry_delay($1::jsonb, $2, $3::numeric)",
          [.text(policy), .int4(failures), .text("\(chance)")])
        #expect(delay == milliseconds, "\(policy) after \(failures)")
      }
    }
  }

  @Test(arguments: [
    #"{"jitter": 1e-400}"#, #"{"backoff": 1.00001}"#, #"{"backoff": 11}"#, #"{"delay": 1.5}"#,
    #"{"delay": -1}"#,
    #"{"exit_codes": []}"#, #"{"exit_codes": [0]}"#, #"{"exit_codes": "1"}"#, #"{"retries": 1}"#, "[]", "1",
  ])
  func `is made of nothing else than what schedulers can reckon with`(policy: String) async throws {
    try await World.with { world in
      let isRetry = try await world.root.int("select zm.is_retry($1::jsonb)::int", [.text(policy)])
      #expect(isRetry == 0)
    }
  }
}

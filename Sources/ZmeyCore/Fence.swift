/// Sixteen random bytes, drawn by the database for each attempt.
///
/// An attempt number alone does not fence: a failover that loses commits hands out the same number
/// twice. A nonce never comes twice.
public struct Nonce: Hashable, Sendable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// The nonce of those two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// Names one attempt of one task run, past confusion with any other attempt ever made.
///
/// A result is accepted once, by compare-and-set on these three values.
public struct Fence: Hashable, Sendable {
  /// The task run.
  public let taskRun: TaskRunID
  /// Counts attempts of the task run from 1.
  public let attempt: Int32
  /// What no other attempt shares.
  public let nonce: Nonce

  /// The fence of that attempt.
  public init(taskRun: TaskRunID, attempt: Int32, nonce: Nonce) {
    self.taskRun = taskRun
    self.attempt = attempt
    self.nonce = nonce
  }
}

extension Nonce: CustomStringConvertible {
  /// 32 hexadecimal digits.
  public var description: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

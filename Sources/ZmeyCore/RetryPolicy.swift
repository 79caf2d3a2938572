/// When a program that failed is tried again.
public struct RetryPolicy: Hashable, Sendable {
  /// How long the second attempt waits after the first.
  public var delay: Timespan
  /// Each further delay is that many times the one before; 1 to 10, with at most three decimals.
  public var backoff: Double
  /// No delay is longer, but for the jitter.
  public var maxDelay: Timespan
  /// Up to that share of a delay is added or taken away by chance; 0 to 1, with at most three
  /// decimals.
  public var jitter: Double
  /// Only a program that ends with one of these codes (1 to 255, each once) is tried again; empty
  /// for every failure and every time-out.
  public var exitCodes: [Int]

  /// The longest delay if nothing else is said: one hour.
  public static let defaultMaxDelay = Timespan.seconds(3600)
  /// What `backoff` may be.
  public static let backoffRange = 1.0...10.0
  /// What `jitter` may be.
  public static let jitterRange = 0.0...1.0
  /// What each of `exitCodes` may be.
  public static let exitCodeRange = 1...255

  /// A policy with the defaults, which try again at once after every failure and every time-out.
  public init(
    delay: Timespan = .seconds(0), backoff: Double = 1, maxDelay: Timespan = RetryPolicy.defaultMaxDelay,
    jitter: Double = 0, exitCodes: [Int] = []
  ) {
    self.delay = delay
    self.backoff = backoff
    self.maxDelay = maxDelay
    self.jitter = jitter
    self.exitCodes = exitCodes
  }

  /// One sentence that says why the policy makes no sense beside that many attempts; nil if it does.
  public func problem(attempts: Int) -> String? {
    if attempts < 2 { return "retry needs attempts: 2 or more" }
    if delay > maxDelay { return "the delay \(delay) is longer than max_delay, \(maxDelay)" }
    return nil
  }
}

extension RetryPolicy: Codable {
  private enum CodingKeys: String, CodingKey {
    case delay, backoff, jitter
    case maxDelay = "max_delay"
    case exitCodes = "exit_codes"
  }

  /// Reads an object; what is absent has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let usual = RetryPolicy()
    self.init(
      delay: try container.decode(forKey: .delay, else: usual.delay),
      backoff: try container.decode(forKey: .backoff, else: usual.backoff),
      maxDelay: try container.decode(forKey: .maxDelay, else: usual.maxDelay),
      jitter: try container.decode(forKey: .jitter, else: usual.jitter),
      exitCodes: try container.decode(forKey: .exitCodes, else: usual.exitCodes))
  }

  /// Writes an object without what has its default.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let usual = RetryPolicy()
    try container.encode(delay, forKey: .delay, unless: usual.delay)
    try container.encode(backoff, forKey: .backoff, unless: usual.backoff)
    try container.encode(maxDelay, forKey: .maxDelay, unless: usual.maxDelay)
    try container.encode(jitter, forKey: .jitter, unless: usual.jitter)
    try container.encode(exitCodes, forKey: .exitCodes, unless: usual.exitCodes)
  }
}

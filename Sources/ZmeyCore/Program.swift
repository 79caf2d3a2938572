/// A script with the facts that running it needs; what a template and an inline task share.
public struct Program: Hashable, Sendable {
  /// The script's text; its first line names the interpreter (`#!/bin/sh`).
  public var script: String
  /// How long it usually takes, for progress; nil if unknown.
  public var average: Timespan?
  /// How long it may take before it is ended as `timed_out`; nil for no limit.
  public var maximum: Timespan?
  /// How long it has from TERM to KILL when it is stopped or runs out of time, up to an hour; nil
  /// for `defaultGrace`.
  public var grace: Timespan?
  /// How often it is tried at most when it fails, 1 to 100.
  public var attempts: Int
  /// When it is tried again; nil for at once after every failure and every time-out.
  public var retry: RetryPolicy?
  /// Whether it runs again when its worker vanished in the middle.
  public var rerunIfLost: Bool
  /// How many bytes of standard output and error are kept, each; beyond it the output is cut
  /// with a mark. 1 KiB to 256 MiB.
  public var maxOutput: Int64
  /// Variables that it finds in its environment, values by names; see `Variable` for the rules.
  public var environment: [String: String]
  /// Secrets of its owner, their names by the places where it finds them; see `SecretPlace`.
  public var secrets: [String: String]
  /// How much it gives way to others, as nice(1) counts: -20 (never) to 19 (always); nil for what
  /// its worker has.
  public var nice: Int?
  /// What it may use; nil for what its worker may.
  public var limits: Limits?
  /// The account of the operating system that it runs as; nil for the worker's. See `Account`.
  public var user: String?
  /// Only a worker that has all these labels runs it; see `Requirement`.
  public var labels: [String]
  /// How much it takes of each resource while it runs, amounts by names; see `Requirement`.
  public var resources: [String: Int]

  /// The time from TERM to KILL if nothing else is said: 10 seconds.
  public static let defaultGrace = Timespan.seconds(10)
  /// What `grace` may be.
  public static let graceRange = Timespan.seconds(0)...Timespan.seconds(3600)
  /// The output kept if nothing else is said: 16 MiB.
  public static let defaultMaxOutput: Int64 = 16 << 20
  /// What `maxOutput` may be.
  public static let maxOutputRange: ClosedRange<Int64> = 1024...(256 << 20)
  /// What `attempts` may be.
  public static let attemptsRange = 1...100
  /// What `nice` may be.
  public static let niceRange = -20...19
  /// The largest script, in bytes.
  public static let maxScriptBytes = 1 << 20

  /// A program with the defaults for all but its script.
  public init(
    script: String, average: Timespan? = nil, maximum: Timespan? = nil, grace: Timespan? = nil,
    attempts: Int = 1, retry: RetryPolicy? = nil, rerunIfLost: Bool = true,
    maxOutput: Int64 = Program.defaultMaxOutput, environment: [String: String] = [:],
    secrets: [String: String] = [:], nice: Int? = nil, limits: Limits? = nil, user: String? = nil,
    labels: [String] = [], resources: [String: Int] = [:]
  ) {
    self.script = script
    self.average = average
    self.maximum = maximum
    self.grace = grace
    self.attempts = attempts
    self.retry = retry
    self.rerunIfLost = rerunIfLost
    self.maxOutput = maxOutput
    self.environment = environment
    self.secrets = secrets
    self.nice = nice
    self.limits = limits
    self.user = user
    self.labels = labels
    self.resources = resources
  }
}

extension Program: Codable {
  private enum CodingKeys: String, CodingKey {
    case script, average, maximum, grace, attempts, retry, secrets, nice, limits, user, labels, resources
    case rerunIfLost = "rerun_if_lost"
    case maxOutput = "max_output"
    case environment = "env"
  }

  /// Reads an object; what is absent or null has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      script: try container.decode(String.self, forKey: .script),
      average: try container.decodeIfPresent(Timespan.self, forKey: .average),
      maximum: try container.decodeIfPresent(Timespan.self, forKey: .maximum),
      grace: try container.decodeIfPresent(Timespan.self, forKey: .grace),
      attempts: try container.decode(Int.self, forKey: .attempts),
      retry: try container.decodeIfPresent(RetryPolicy.self, forKey: .retry),
      rerunIfLost: try container.decode(Bool.self, forKey: .rerunIfLost),
      maxOutput: try container.decode(Int64.self, forKey: .maxOutput),
      environment: try container.decode(forKey: .environment, else: [:]),
      secrets: try container.decode(forKey: .secrets, else: [:]),
      nice: try container.decodeIfPresent(Int.self, forKey: .nice),
      limits: try container.decodeIfPresent(Limits.self, forKey: .limits),
      user: try container.decodeIfPresent(String.self, forKey: .user),
      labels: try container.decode(forKey: .labels, else: []),
      resources: try container.decode(forKey: .resources, else: [:]))
  }

  /// Writes an object without what is absent or empty, so that equal programs are equal objects.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(script, forKey: .script)
    try container.encodeIfPresent(average, forKey: .average)
    try container.encodeIfPresent(maximum, forKey: .maximum)
    try container.encodeIfPresent(grace, forKey: .grace)
    try container.encode(attempts, forKey: .attempts)
    try container.encode(retry ?? RetryPolicy(), forKey: .retry, unless: RetryPolicy())
    try container.encode(rerunIfLost, forKey: .rerunIfLost)
    try container.encode(maxOutput, forKey: .maxOutput)
    try container.encode(environment, forKey: .environment, unless: [:])
    try container.encode(secrets, forKey: .secrets, unless: [:])
    try container.encodeIfPresent(nice, forKey: .nice)
    try container.encode(limits ?? Limits(), forKey: .limits, unless: Limits())
    try container.encodeIfPresent(user, forKey: .user)
    try container.encode(labels, forKey: .labels, unless: [])
    try container.encode(resources, forKey: .resources, unless: [:])
  }
}

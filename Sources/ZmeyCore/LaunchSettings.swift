/// What the process of an attempt is given beside its script and arguments.
public struct LaunchSettings: Hashable, Sendable {
  /// Variables of its own, by their names.
  public var environment: [String: String]
  /// Secrets of its owner, their names by the places (see `SecretPlace`) where it finds them.
  public var secrets: [String: String]
  /// The nice value; nil for the worker's.
  public var nice: Int?
  /// What the system holds it to.
  public var limits: Limits
  /// The account of the operating system to run as; nil for the worker's.
  public var user: String?

  /// Settings of those parts; by default nothing special.
  public init(
    environment: [String: String] = [:], secrets: [String: String] = [:], nice: Int? = nil,
    limits: Limits = Limits(), user: String? = nil
  ) {
    self.environment = environment
    self.secrets = secrets
    self.nice = nice
    self.limits = limits
    self.user = user
  }
}

extension LaunchSettings: Codable {
  private enum CodingKeys: String, CodingKey {
    case secrets, nice, limits, user
    case environment = "env"
  }

  /// Reads an object of which every key may be absent.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    environment = try container.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
    secrets = try container.decodeIfPresent([String: String].self, forKey: .secrets) ?? [:]
    nice = try container.decodeIfPresent(Int.self, forKey: .nice)
    limits = try container.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits()
    user = try container.decodeIfPresent(String.self, forKey: .user)
  }
}

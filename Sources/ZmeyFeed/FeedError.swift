public import ZmeyCore

/// Why there is nothing to be had of a database that answers.
public enum FeedError: ReportedError, Hashable, Sendable {
  /// The role may not look.
  case noUser(String)
  /// There is no pipeline of that name that the role may see.
  case noPipeline(String)
  /// Several users have one of that name.
  case severalPipelines(String, owners: [String])

  /// One line that says what to do.
  public var report: String {
    switch self {
    case .noUser(let role): "role '\(role)' is not a zmey user: an admin of zmey adds it"
    case .noPipeline(let name): "no pipeline '\(name)': zmctl pipeline list shows all"
    case .severalPipelines(let name, let owners):
      "pipeline '\(name)' is one of \(owners.joined(separator: ", ")): say whose, \(owners[0]):\(name)"
    }
  }

  /// With what a tool ends.
  public var exitStatus: ExitStatus { .refused }
}

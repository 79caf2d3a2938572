import ZmeyCommand

/// The schedulers and workers.
struct ClusterFacts: Facts {
  struct Scheduler: Decodable, Sendable {
    let name: String
    let address: String?
    let version: String?
    let isStarted: Bool
    let hasCertificate: Bool
  }

  struct Worker: Decodable, Sendable {
    let name: String
    let version: String?
    let isConnected: Bool
    let silentSeconds: Int?
  }

  let schedulers: [Scheduler]
  let workers: [Worker]

  static let name = "cluster"
  static let query = """
    select
      coalesce((select jsonb_agg(jsonb_build_object('name', name, 'address', address, 'version', version,
        'is_started', is_started, 'has_certificate', certificate is not null) order by id) from zm_api.scheduler), '[]') as schedulers,
      coalesce((select jsonb_agg(jsonb_build_object('name', name, 'version', version, 'is_connected', connected,
        'silent_seconds', silent_s) order by id) from zm_api.worker), '[]') as workers
    """

  var findings: [Finding] { [running, identities, linked, versions] }

  private var running: Finding {
    guard !schedulers.isEmpty else {
      return .warn("schedulers", "there is no scheduler", "zmctl scheduler add NAME, then start zmscheduler")
    }
    let down = schedulers.filter { !$0.isStarted }.map(\.name)
    if down.count == schedulers.count {
      return .fail("schedulers", "no scheduler runs, so nothing does", "start zmscheduler, or see its log")
    }
    return .warn(
      "schedulers", down, "does not run", "start zmscheduler --name, or zmctl scheduler remove",
      otherwise: "\(schedulers.count) of \(schedulers.count) run")
  }

  private var identities: Finding {
    let open = schedulers.filter { $0.isStarted && !$0.hasCertificate && !Self.isLoopback($0.address ?? "") }
    return .warn(
      "identities", open.map(\.name), "is reached from elsewhere and cannot prove who it is",
      "start it with --identity: zmscheduler(8)", otherwise: "what is reached from elsewhere proves who it is"
    )
  }

  private var linked: Finding {
    guard !workers.isEmpty else {
      return .warn(
        "workers", "there is no worker",
        "zmctl worker add NAME --scheduler NAME --slots N, then start zmworker")
    }
    let gone = workers.filter { !$0.isConnected }.map { worker in
      worker.name + (worker.silentSeconds.map { " (silent \($0) s)" } ?? "")
    }
    return .warn(
      "workers", gone, "is not linked",
      "start zmworker there, or zmctl worker remove; zmctl worker list shows all",
      otherwise: "\(workers.count) of \(workers.count) are linked")
  }

  private var versions: Finding {
    let others =
      schedulers.filter(\.isStarted).map { ($0.name, $0.version) }
      + workers.filter(\.isConnected).map { ($0.name, $0.version) }
    let different = others.compactMap { name, version in
      version.flatMap { $0 == release ? nil : "\(name) (\($0))" }
    }
    return .warn(
      "versions", different, "is of another release than this zmctl (\(release))",
      "install the same everywhere",
      otherwise: "all are of release \(release)")
  }

  /// Whether only the machine itself reaches `host:port`. A name may begin like a number: 127.example.com is anywhere.
  static func isLoopback(_ address: String) -> Bool {
    let host = address.lastIndex(of: ":").map { address[..<$0] } ?? address[...]
    let isNumber = host.allSatisfy { $0 == "." || ("0"..."9").contains($0) }
    return ["localhost", "::1", "[::1]"].contains(host) || isNumber && host.hasPrefix("127.")
  }
}

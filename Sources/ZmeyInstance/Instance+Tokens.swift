internal import Glibc
internal import Postgres
internal import ZmeyCore
internal import ZmeyStore

/// Other users of this machine reach the ports of an instance, too: its daemons know each other by keys and tokens.
extension Instance {
  /// Makes the folder that nobody else may look into.
  func prepareKeys() throws(InstanceError) {
    guard mkdir(folder.keys, 0o700) == 0 || errno == EEXIST, chmod(folder.keys, 0o700) == 0 else {
      throw InstanceError(.refused, "cannot make \(folder.keys): \(String(cString: strerror(errno)))")
    }
  }

  /// Gives each worker that does not run yet a new token, all in one transaction, so that a scheduler that learns of one
  /// knows them all.
  func giveTokens(_ description: InstanceDescription) async throws {
    let workers = try description.workers.filter { try runningProcess($0.name) == nil }
    guard !workers.isEmpty else { return }
    let connection = try await Connection.open(folder.conninfo(), applicationName: "zmctl up")
    try await waitUntilStarted(Set(workers.map(\.scheduler)), connection)
    let files = try await connection.transaction { session in
      try workers.map { (name: $0.name, text: try People.makeToken(worker: $0.name, session)) }
    }
    await connection.close()
    for file in files { try write(file.text, folder.key(file.name)) }
  }

  /// A scheduler that has its name has published the certificate that workers know it by.
  private func waitUntilStarted(_ names: Set<String>, _ connection: Connection) async throws {
    var missing = names
    for _ in 0..<1200 {
      let started = try await connection.run { session in
        try People.schedulers(session).filter(\.isStarted).map(\.name)
      }
      missing = names.subtracting(started)
      if missing.isEmpty { return }
      try await Task.sleep(for: .milliseconds(25))
    }
    let name = missing.sorted().first ?? ""
    throw InstanceError(.failed, "scheduler \(name) is not there after 30 s (see \(folder.log(name)))")
  }

  private func write(_ secret: String, _ path: String) throws(InstanceError) {
    // What is left of one that was cut off is replaced; what is there is whole.
    let part = "\(path).new"
    unlink(part)
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    let bytes = Array(secret.utf8)
    let isWritten = descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    if descriptor >= 0 { close(descriptor) }
    guard isWritten, rename(part, path) == 0 else {
      throw InstanceError(.failed, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }
}

import ArgumentParser
import Sealing
import ZmeyCommand
import ZmeyStore

/// What a worker proves itself by to its scheduler.
extension WorkerCommand {
  struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a new credential file with a token, in place of what the worker had.",
      discussion: "Send it to a file of mode 600, for the worker's --credential. It is not shown again.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      let text = try await database.run { session in try People.makeToken(worker: name, session) }
      try CredentialDocument.show(name, text, json: database.json)
    }
  }

  struct Certificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a new credential file with a key and a certificate, in place of what the worker had.",
      discussion: "Send it to a file of mode 600, for the worker's --credential. The key stands nowhere else."
    )
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      let identity = try Identity.make(name: name)
      let scheduler = try await database.run { session in
        try People.setCertificate(identity.certificate.der, worker: name, session)
      }
      let text = String(decoding: identity.pem, as: UTF8.self) + scheduler
      try CredentialDocument.show(name, text, json: database.json)
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a worker's credential away; its scheduler closes its session at once.")
    @OptionGroup var database: DatabaseOptions
    @Argument(help: "Its name.")
    var name: String

    func run() async throws {
      try await database.run { session in try People.revoke(worker: name, session) }
      try Done.say("revoked the credential of worker", name, json: database.json)
    }
  }
}

private struct CredentialDocument: Encodable {
  let name: String
  let credential: String

  static func show(_ name: String, _ text: String, json: Bool) throws {
    if json {
      try Output.json(CredentialDocument(name: name, credential: text))
    } else {
      Output.bytes(Array(text.utf8))
    }
  }
}

import ZmeyCommand

/// What a verb says that has changed one thing.
enum Done {
  private struct Document: Encodable {
    let done: String
    let name: String
  }

  static func say(_ what: String, _ name: String, json: Bool) throws {
    if json {
      try Output.json(Document(done: what, name: name))
    } else {
      print("\(what) \(Output.safe(name))")
    }
  }
}

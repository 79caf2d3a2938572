/// A pipeline as people name it: NAME for one's own or the only one, OWNER:NAME for anybody's.
struct PipelineAddress: Hashable, Sendable {
  /// As it was typed.
  let text: String

  init(_ text: String) { self.text = text }

  /// The one that it names to that user; nil if there is none. The database names pipelines by the same rule.
  func pipeline(in pipelines: [Pipeline], for user: String?) -> Pipeline? {
    pipelines.first { $0.name == text && $0.owner == user }
      ?? pipelines.first { $0.name == text || "\($0.owner):\($0.name)" == text }
  }
}

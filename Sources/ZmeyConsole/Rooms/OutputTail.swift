import ZmeyCore

/// The last lines of a task run's output.
struct OutputTail: Sendable {
  /// How many bytes are asked for, and about how many are kept.
  static let most = 65_536

  /// Whose it is.
  private(set) var id: TaskRunID?
  private(set) var text = OutputText()
  private(set) var isComplete = false

  /// Takes notice of what has come.
  mutating func take(_ piece: OutputPiece, of id: TaskRunID) {
    if piece.isFirst || id != self.id {
      text = OutputText(limits: OutputText.Limits(bytes: Self.most, lines: 1000))
    }
    self.id = id
    text.append(piece)
    isComplete = piece.isComplete
  }
}

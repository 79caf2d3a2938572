import NIOCore
import ZmeyCore

/// What a task run does when it is run, the same each time.
struct Plan {
  var steps: [(after: Duration, stream: OutputStream, bytes: ByteBuffer)] = []
  var lasts: Duration
  var exitCode: Int32
  var maximum: Duration?
  var maxAttempts: Int32
  var rerunIfLost: Bool
  var cannotStart: Bool
  var ignoresTerm: Bool
  /// A result handed on, too large for the assignment's own frame.
  var input: [UInt8]?

  init(_ task: TaskRunID, _ random: inout SplitMix) {
    lasts = random.chance(10) ? random.milliseconds(10_000...120_000) : random.milliseconds(1...8000)
    exitCode = random.chance(15) ? 1 : 0
    maximum = random.chance(10) ? random.milliseconds(500...20_000) : nil
    rerunIfLost = !random.chance(30)
    maxAttempts = rerunIfLost ? 1 + Int32(random.below(3)) : 1
    cannotStart = random.chance(2)
    ignoresTerm = random.chance(20)
    input = random.chance(15) ? [UInt8](repeating: UInt8(random.below(256)), count: 70_000) : nil
    let kind = random.below(20)
    let count = kind < 8 ? 0 : kind < 15 ? 1 + random.below(3) : kind < 19 ? 4 : 20
    let largest = kind < 19 ? 100 : 300
    var offset = Int(task.rawValue) % 251
    for _ in 0..<count {
      let size = 1 + random.below(largest)
      let stream: OutputStream = random.chance(20) ? .standardError : .standardOutput
      steps.append((lasts / (count + 1), stream, Self.pattern.getSlice(at: offset, length: size)!))
      offset = (offset + size) % 251
    }
  }

  /// Everything that it writes to that stream.
  func output(_ stream: OutputStream) -> ByteBuffer {
    var all = ByteBuffer()
    for step in steps where step.stream == stream { all.writeImmutableBuffer(step.bytes) }
    return all
  }

  private static let pattern = ByteBuffer(bytes: (0..<600).map { UInt8($0 % 251) })
}

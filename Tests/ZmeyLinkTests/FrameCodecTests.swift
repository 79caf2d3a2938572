import NIOCore
import Testing
import ZmeyCore

@testable import ZmeyLink

@Suite struct FrameCodecTests {
  @Test("What is written is read back", arguments: FrameKind.allCases)
  func roundTrip(kind: FrameKind) throws {
    var random = SplitMix(seed: UInt64(kind.rawValue))
    for _ in 0..<50 {
      let frame = random.frame(kind)
      var bytes = encoded(frame)
      #expect(try FrameDecoder.next(&bytes) == frame)
      #expect(bytes.readableBytes == 0)
    }
  }

  @Test("Frames one after another come out one after another")
  func stream() throws {
    var random = SplitMix(seed: 1)
    let frames = FrameKind.allCases.map { random.frame($0) }
    var bytes = ByteBuffer()
    for frame in frames { FrameEncoder.append(frame, to: &bytes) }
    var read: [Frame] = []
    while let frame = try FrameDecoder.next(&bytes) { read.append(frame) }
    #expect(read == frames)
  }

  @Test("A frame that has not all come asks for more", arguments: FrameKind.allCases)
  func prefix(kind: FrameKind) throws {
    var random = SplitMix(seed: 100 + UInt64(kind.rawValue))
    let whole = encoded(random.frame(kind))
    let step = max(1, whole.readableBytes / 500)
    for length in stride(from: 0, to: whole.readableBytes, by: step) {
      var part = whole.getSlice(at: 0, length: length)!
      #expect(try FrameDecoder.next(&part) == nil)
      #expect(part.readableBytes == length)
    }
  }

  @Test("A length beyond the limit is refused by its four bytes alone")
  func oversized() {
    for length in [UInt32(FrameLimit.frame) + 1, .max] {
      var bytes = ByteBuffer(integer: length)
      #expect(throws: LinkError.oversized(Int(length))) { try FrameDecoder.next(&bytes) }
      #expect(bytes.capacity < 1024)
    }
  }

  @Test("A frame of exactly the limit is awaited")
  func largest() throws {
    var bytes = ByteBuffer(integer: UInt32(FrameLimit.frame))
    #expect(try FrameDecoder.next(&bytes) == nil)
  }

  @Test("A kind that is not known is refused")
  func unknownKind() {
    for code in UInt8.min ... .max where FrameKind(rawValue: code) == nil {
      var bytes = ByteBuffer(bytes: [0, 0, 0, 1, code])
      #expect(throws: LinkError.malformed("kind \(code)")) { try FrameDecoder.next(&bytes) }
    }
  }

  @Test("An empty frame is refused")
  func empty() {
    var bytes = ByteBuffer(repeating: 0, count: 8)
    #expect(throws: LinkError.malformed("kind is cut off")) { try FrameDecoder.next(&bytes) }
  }

  @Test("Fields that a newer peer appends are passed over", arguments: FrameKind.allCases)
  func trailing(kind: FrameKind) throws {
    var random = SplitMix(seed: 200 + UInt64(kind.rawValue))
    let frame = random.frame(kind)
    var bytes = encoded(frame)
    bytes.writeString("something new")
    bytes.setInteger(UInt32(bytes.readableBytes - 4), at: 0)
    #expect(try FrameDecoder.next(&bytes) == frame)
    #expect(bytes.readableBytes == 0)
  }

  @Test("A count that cannot fit is refused before anything is reserved")
  func absurdCount() {
    var random = SplitMix(seed: 3)
    guard case .hello(var hello) = random.frame(.hello) else { return }
    hello.attempts = []
    var bytes = encoded(.hello(hello))
    bytes.setInteger(UInt32.max, at: bytes.writerIndex - 5)
    #expect(throws: LinkError.malformed("count \(UInt32.max)")) { try FrameDecoder.next(&bytes) }
  }

  @Test("A text with a NUL byte is refused: no database and no program could take it")
  func nulInText() {
    var bytes = encoded(.refuse(reason: "a\0b"))
    #expect(throws: LinkError.malformed("reason holds a NUL byte")) { try FrameDecoder.next(&bytes) }
  }

  @Test("A percentage beyond a hundred is a hundred")
  func percent() throws {
    let fence = Fence(taskRun: TaskRunID(1), attempt: 1, nonce: Nonce(high: 1, low: 1))
    var bytes = encoded(.progress(fence, percent: 250))
    #expect(try FrameDecoder.next(&bytes) == .progress(fence, percent: 100))
  }

  @Test("A ping says the machine's load, and that of an older worker nothing")
  func load() throws {
    var bytes = encoded(.ping(load: 213))
    #expect(bytes == ByteBuffer(bytes: [0, 0, 0, 6, 13, 1, 0, 0, 0, 213]))
    #expect(try FrameDecoder.next(&bytes) == .ping(load: 213))
    bytes = ByteBuffer(bytes: [0, 0, 0, 1, 13])
    #expect(try FrameDecoder.next(&bytes) == .ping(load: nil))
    bytes = encoded(.ping(load: -1))
    #expect(try FrameDecoder.next(&bytes) == .ping(load: 0))
  }

  @Test("A hello has a token, that of an older worker none, and no text of it shows the token")
  func token() throws {
    var hello = Hello(worker: "w", incarnation: Nonce(high: 1, low: 1), host: "", release: "", attempts: [])
    var old = encoded(.hello(hello))
    old.setInteger(UInt32(old.readableBytes - 5), at: 0)
    old.moveWriterIndex(to: old.writerIndex - 1)
    #expect(try FrameDecoder.next(&old) == .hello(hello))

    hello.token = LinkToken([UInt8](repeating: 0xa7, count: 32))
    var bytes = encoded(.hello(hello))
    #expect(try FrameDecoder.next(&bytes) == .hello(hello))
    let texts = ["\(hello)", String(reflecting: Frame.hello(hello)), dumped(hello)]
    for text in texts { #expect(text.contains("token") && !text.contains("167") && !text.contains("a7")) }

    bytes = encoded(.hello(hello))
    bytes.setInteger(UInt32(31), at: bytes.writerIndex - 36)
    #expect(throws: LinkError.malformed("token")) { try FrameDecoder.next(&bytes) }
  }

  private func dumped(_ value: some Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }

  @Test("Who has not greeted may announce little")
  func beforeGreeting() {
    for (length, error) in [
      (UInt32(FrameLimit.greeting) + 1, LinkError.oversized(FrameLimit.greeting + 1)),
      (0x1503_0100, .unasked), (0x1603_01ff, .unasked),
    ] {
      var bytes = ByteBuffer(integer: length)
      #expect(throws: error) { try FrameDecoder.next(&bytes, limit: FrameLimit.greeting) }
    }
    var hello = Hello(worker: "w", incarnation: Nonce(high: 1, low: 1), host: "", release: "", attempts: [])
    hello.attempts = (0..<10_000).map {
      Fence(taskRun: TaskRunID($0), attempt: 1, nonce: Nonce(high: 1, low: 1))
    }
    #expect(encoded(.hello(hello)).readableBytes < FrameLimit.greeting)
  }

  @Test("Every byte may be wrong: the frame is read, refused or awaited", arguments: FrameKind.allCases)
  func corruption(kind: FrameKind) {
    var random = SplitMix(seed: 300 + UInt64(kind.rawValue))
    var frame = random.frame(kind)
    while encoded(frame).readableBytes > 1000 { frame = random.frame(kind) }
    let whole = encoded(frame)
    var unhandled: [Int] = []
    for index in 0..<whole.readableBytes {
      for wrong: UInt8 in [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)] {
        var bytes = whole
        bytes.setInteger(wrong, at: index)
        if !isHandled(bytes) { unhandled.append(index) }
      }
    }
    #expect(unhandled.isEmpty)
  }

  @Test("Garbage is read, refused or awaited", arguments: 0..<8)
  func garbage(seed: UInt64) {
    var random = SplitMix(seed: 400 + seed)
    var unhandled: [Int] = []
    for turn in 0..<5000 {
      let size = Int.random(in: 0...120, using: &random)
      var bytes = ByteBuffer(integer: UInt32(size))
      if size > 0 { bytes.writeInteger(UInt8.random(in: 0...20, using: &random)) }
      for _ in 0..<max(0, size - 1) { bytes.writeInteger(UInt8.random(in: .min ... .max, using: &random)) }
      if !isHandled(bytes) { unhandled.append(turn) }
    }
    #expect(unhandled.isEmpty)
  }

  /// Whether reading ends in one of the three ways, and what is read holds no more than what came.
  private func isHandled(_ bytes: ByteBuffer) -> Bool {
    var rest = bytes
    do {
      guard let frame = try FrameDecoder.next(&rest) else { return rest == bytes }
      // A chunk shares the memory of what came; what is written again is no larger than what was read, but for a byte
      // that says that a field is not there of which an older peer says nothing.
      return encoded(frame).readableBytes <= bytes.readableBytes + 1
    } catch {
      return true
    }
  }
}

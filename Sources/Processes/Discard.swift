/// What becomes of a stream that nobody wants: it is read, so that its writer goes on, and dropped.
struct Discard {
  /// 100 MiB a second, in slices that keep the pauses at some ms. A writer held to it takes a quarter of a core with
  /// all that it does; at 256 MiB/s it was more than a half, and others felt it.
  private static let bytesPerSlice = 1024 * 1024
  private static let nanosecondsPerSlice: UInt64 = 10_000_000
  private static let tailLength = 256
  private static let tailPeriod: UInt64 = 250_000_000

  private var tail: [UInt8] = []
  private var nextTailAt: UInt64 = 0
  private var sliceEnd: UInt64 = 0
  private var spent = 0
  /// Whether reading waits for the next slice.
  private(set) var isResting = false

  /// When something is to be done by itself: to read on, or to show the tail.
  var due: UInt64? {
    let times = (isResting ? [sliceEnd] : []) + (tail.isEmpty ? [] : [nextTailAt])
    return times.min()
  }

  /// Counts dropped bytes against the budget and keeps the last of them.
  mutating func drop(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
    tail = Array((tail + bytes.suffix(Self.tailLength)).suffix(Self.tailLength))
    if now >= sliceEnd {
      sliceEnd = now + Self.nanosecondsPerSlice
      spent = 0
    }
    spent += bytes.count
    isResting = spent >= Self.bytesPerSlice
  }

  /// Whether a rest is over; reading goes on then.
  mutating func wakes(at now: UInt64) -> Bool {
    guard isResting, sliceEnd <= now else { return false }
    isResting = false
    return true
  }

  /// What is to be shown now, at the end of the stream whatever the time is.
  mutating func takeTail(at now: UInt64, isLast: Bool) -> [UInt8]? {
    guard !tail.isEmpty, isLast || nextTailAt <= now else { return nil }
    defer { tail = [] }
    nextTailAt = now + Self.tailPeriod
    return tail
  }
}

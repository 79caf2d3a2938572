/// Small delays that spread events which are due at the same time.
///
/// The delay is a hash of the event and the due time, so all schedulers agree on it and it needs no storage:
/// with `mix` the finalizer of splitmix64, it is the upper half of `mix(event + mix(due))` × `milliseconds`
/// (128 bits), 0 or more and less than `milliseconds`.
public struct Jitter: Hashable, Sendable {
  /// Tells events apart.
  public let event: Int64
  /// All delays are shorter; 0 means none.
  public let milliseconds: Int64

  /// No delay at all.
  public static let none = Jitter(event: 0, milliseconds: 0)

  /// The delays of that event; a negative length is 0.
  public init(event: Int64, milliseconds: Int64) {
    self.event = event
    self.milliseconds = max(0, milliseconds)
  }

  /// By how many milliseconds the fire that is due at that instant (in seconds) is delayed.
  public func delay(due: Int64) -> Int64 {
    let hash = Self.mix(UInt64(bitPattern: event) &+ Self.mix(UInt64(bitPattern: due)))
    return Int64(hash.multipliedFullWidth(by: UInt64(milliseconds)).high)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

/// Byte strings laid out as C wants them: NUL-terminated, behind an array of pointers that ends in nil.
/// Made before the clone, for the child may not allocate. To be deallocated by hand.
struct CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let bytes: UnsafeMutablePointer<CChar>

  init(_ strings: [[UInt8]]) {
    pointers = .allocate(capacity: strings.count + 1)
    bytes = .allocate(capacity: strings.reduce(0) { $0 + $1.count + 1 })
    var next = bytes
    for (index, string) in strings.enumerated() {
      (pointers + index).initialize(to: next)
      for byte in string {
        next.initialize(to: CChar(bitPattern: byte))
        next += 1
      }
      next.initialize(to: 0)
      next += 1
    }
    (pointers + strings.count).initialize(to: nil)
  }

  func deallocate() {
    pointers.deallocate()
    bytes.deallocate()
  }
}

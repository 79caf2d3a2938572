import CLinux
import Glibc

/// Files in memory that a child is given by numbers behind the standard ones; ours are closed with their owner.
struct MemoryFiles: ~Copyable {
  /// Our descriptors, and what the child calls them.
  let descriptors: [clinux_descriptor]

  /// None.
  init() { descriptors = [] }

  /// A file for each, sealed, to be read from its start.
  init(_ contents: [Int32: [UInt8]]) throws(LaunchFailure) {
    var made: [clinux_descriptor] = []
    do throws(LaunchFailure) {
      for (number, bytes) in contents {
        let file = try Descriptor.memory("given", holding: bytes)
        made.append(clinux_descriptor(source: file.release(), target: number))
      }
    } catch {
      for descriptor in made { close(descriptor.source) }
      throw LaunchFailure(.descriptors, code: error.code)
    }
    descriptors = made
  }

  deinit { for descriptor in descriptors { close(descriptor.source) } }
}

extension Descriptor {
  /// An unnamed file in memory that holds those bytes for good, to be read from its start.
  static func memory(_ label: String, holding bytes: [UInt8]) throws(LaunchFailure) -> Descriptor {
    let number = clinux_memfd(label)
    guard number >= 0 else { throw LaunchFailure(.standardInput, code: errno) }
    let file = Descriptor(owning: number)
    // Memory takes it in one piece, or has no room.
    guard write(number, bytes, bytes.count) == bytes.count, lseek(number, 0, SEEK_SET) == 0,
      clinux_seal(number) == 0
    else { throw LaunchFailure(.standardInput, code: errno) }
    return file
  }

  /// The number, from now on the caller's to close.
  consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }
}

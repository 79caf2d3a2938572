import Foundation
import Glibc
import Synchronization
import Testing

/// Stands between a worker and its scheduler, hands on what each says, and keeps all of it.
final class Wiretap: Sendable {
  let port: UInt16
  private let listener: Int32
  private let heard = Mutex<[UInt8]>([])

  init(to scheduler: UInt16) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    try #require(isListening)
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while case let worker = accept(listener, nil, nil), worker >= 0 {
        let other = Self.dial(scheduler)
        Thread.detachNewThread { self.copy(from: worker, to: other) }
        Thread.detachNewThread { self.copy(from: other, to: worker) }
      }
    }
  }

  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Whether these bytes went by, in one piece.
  func heard(_ text: some Sequence<UInt8>) -> Bool {
    heard.withLock { Data($0).range(of: Data(text)) != nil }
  }

  var count: Int { heard.withLock(\.count) }

  private func copy(from source: Int32, to target: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(source, &buffer, buffer.count), count > 0 {
      heard.withLock { $0 += buffer.prefix(count) }
      guard send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
    }
    shutdown(target, Int32(SHUT_RDWR))
  }

  static func dial(_ port: UInt16) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = address(port)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return descriptor
  }

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return address
  }
}

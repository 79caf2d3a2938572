internal import FoundationEssentials
internal import Glibc
internal import ZmeyCore

/// Which daemons belong to an instance; kept in `instance.json`.
struct InstanceDescription: Codable, Equatable {
  struct Scheduler: Codable, Equatable {
    var name: String
    var port: UInt16
  }
  struct Worker: Codable, Equatable {
    var name: String
    var scheduler: String
  }

  var schedulers: [Scheduler] = []
  var workers: [Worker] = []

  static func read(_ folder: InstanceFolder) -> InstanceDescription {
    FileManager.default.contents(atPath: folder.description)
      .flatMap { try? JSONDecoder().decode(InstanceDescription.self, from: $0) } ?? InstanceDescription()
  }

  func write(_ folder: InstanceFolder) throws(InstanceError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    guard let data = try? encoder.encode(self),
      (try? data.write(to: URL(fileURLWithPath: folder.description), options: .atomic)) != nil
    else { throw InstanceError(.failed, "cannot write \(folder.description)") }
    chmod(folder.description, 0o644)
  }

  /// Adds what is missing to have at least that many schedulers, each with at least that many workers.
  mutating func grow(schedulers: Int, workersEach: Int) {
    for number in 1...max(1, schedulers) where !self.schedulers.contains(where: { $0.name == "s\(number)" }) {
      self.schedulers.append(Scheduler(name: "s\(number)", port: 0))
    }
    for scheduler in self.schedulers.prefix(schedulers) {
      let missing = workersEach - workers.count { $0.scheduler == scheduler.name }
      for _ in 0..<max(0, missing) {
        workers.append(Worker(name: "w\(workers.count + 1)", scheduler: scheduler.name))
      }
    }
  }
}

/// Finds a port of the loopback interface.
enum LoopbackPort {
  /// The port given if nobody has it, else a free one that is none of `others`.
  static func free(_ wanted: UInt16, others: [UInt16]) -> UInt16 {
    // Port 0 is whichever the system has free, perhaps one that was chosen for another and is not yet in use.
    if wanted != 0, let port = bound(wanted) { return port }
    return (0..<100).lazy.compactMap { _ in bound(0) }.first { !others.contains($0) } ?? wanted
  }

  private static func bound(_ port: UInt16) -> UInt16? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(descriptor, generic, length) == 0, getsockname(descriptor, generic, &length) == 0 else {
          return nil
        }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
  }
}

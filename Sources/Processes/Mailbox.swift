import CLinux
import Glibc
import Synchronization

/// What a reactor can be told.
enum Command: Sendable {
  case launch(LaunchRequest)
  case signal(UInt64, Int32)
  case wish(UInt64, Wish)
  case discard(UInt64, OutputStream)
  case acknowledge(UInt64, Int)
  case shutdown
}

/// Carries commands from any thread to the reactor's, in order.
final class Mailbox: Sendable {
  /// Becomes written when commands wait.
  let wakeUp: Descriptor
  private let commands = Mutex<[Command]>([])

  init() throws(SystemError) {
    let number = clinux_eventfd()
    guard number >= 0 else { throw SystemError("eventfd") }
    wakeUp = Descriptor(owning: number)
  }

  func post(_ new: [Command]) {
    if new.isEmpty { return }
    let wasEmpty = commands.withLock { commands in
      defer { commands += new }
      return commands.isEmpty
    }
    // If it was not empty, the wake-up of whoever made it so is still on its way.
    if wasEmpty {
      var one: UInt64 = 1
      _ = write(wakeUp.number, &one, MemoryLayout.size(ofValue: one))
    }
  }

  func takeAll() -> [Command] {
    commands.withLock { commands in
      defer { commands = [] }
      return commands
    }
  }
}

import CLinux
import Glibc

/// Our end of the pipe that a child writes one stream to.
final class OutputPipe {
  let stream: OutputStream
  let descriptor: Descriptor
  /// Whether its events are asked for.
  var isWatched = false
  /// Whether the kernel reported something to read in this turn of the reactor.
  var isReady = false
  /// How many bytes are to be read at most before it is closed.
  var remaining = Int.max
  /// Set once nobody wants what comes.
  var discard: Discard?

  init(_ stream: OutputStream, _ descriptor: consuming Descriptor) {
    self.stream = stream
    self.descriptor = descriptor
  }

  /// Whether nobody can write any more: what it holds ends with the end of the file.
  var hasNoWriter: Bool {
    var entry = pollfd(fd: descriptor.number, events: 0, revents: 0)
    return poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLHUP) != 0
  }

  /// Stops after the bytes that it holds now.
  func limitToPresentBytes() {
    remaining = max(0, Int(clinux_readable_bytes(descriptor.number)))
  }
}

import Glibc

extension ReactorLoop {
  /// What is to be expected of a pipe after a read.
  enum PipeState {
    case open
    case ended
  }

  /// Delivers what a pipe holds, as far as buffer and window allow, as one event.
  func read(_ pipe: OutputPipe, of child: Child) -> PipeState {
    let room = min(buffer.count, child.openWindow, pipe.remaining)
    var count = 0
    var state = PipeState.open
    while count < room {
      let got = pipe.descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count..<room]))
      if got <= 0 {
        if got == 0 || errno != EAGAIN { state = .ended }
        break
      }
      count += got
      // A living process is reported again when there is more. Of an ended one we want to see the end of
      // the output now, so that it finishes in this turn.
      if child.endedAt == nil { break }
    }
    if count > 0 {
      batch.append(.output(id: child.id, stream: pipe.stream, bytes: Array(buffer[..<count])))
      child.unacknowledged += count
      pipe.remaining -= count
    }
    return pipe.remaining == 0 ? .ended : state
  }

  /// Stops reading; the kernel then stops the writer when the pipe is full.
  func pause(_ child: Child) {
    if child.isPaused { return }
    child.isPaused = true
    for pipe in child.pipes { poll.change(pipe.descriptor.number, to: .never) }
  }

  /// Reads on; what waits in the pipes is reported in the next turn.
  func resume(_ child: Child) {
    if !child.isPaused { return }
    child.isPaused = false
    for pipe in child.pipes { poll.change(pipe.descriptor.number, to: .readable) }
  }
}

import Glibc

extension ReactorLoop {
  /// What is to be expected of a pipe after a read.
  enum PipeState {
    case open
    case ended
  }

  /// Delivers or drops what a pipe holds, as far as buffer and window or budget allow, as one event.
  func read(_ pipe: OutputPipe, of child: Child) -> PipeState {
    if pipe.discard?.isResting == true { return .open }
    let window = pipe.discard == nil ? child.openWindow : buffer.count
    let room = min(buffer.count, window, pipe.remaining)
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
      pipe.remaining -= count
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), from: pipe, of: child)
    }
    return pipe.remaining == 0 ? .ended : state
  }

  private func take(_ bytes: UnsafeRawBufferPointer, from pipe: OutputPipe, of child: Child) {
    if pipe.discard == nil {
      batch.append(.output(id: child.id, stream: pipe.stream, bytes: Array(bytes)))
      child.unacknowledged += bytes.count
    } else {
      pipe.discard?.drop(bytes, at: now)
      showTail(of: pipe, of: child, isLast: false)
      if pipe.discard?.isResting == true { poll.change(pipe.descriptor.number, to: .never) }
    }
  }

  /// Stops reading what is wanted; the kernel then stops the writer when the pipe is full.
  func pause(_ child: Child) {
    if child.isPaused { return }
    child.isPaused = true
    for pipe in child.pipes where pipe.discard == nil { poll.change(pipe.descriptor.number, to: .never) }
  }

  /// Reads on; what waits in the pipes is reported in the next turn.
  func resume(_ child: Child) {
    if !child.isPaused { return }
    child.isPaused = false
    for pipe in child.pipes where pipe.discard == nil { poll.change(pipe.descriptor.number, to: .readable) }
  }

  // MARK: Discarding

  func discard(_ stream: OutputStream, of child: Child) {
    guard let pipe = child.pipes.first(where: { $0.stream == stream }), pipe.discard == nil else { return }
    watchPipes(of: child)
    pipe.discard = Discard()
    discarding.append((child, pipe))
    poll.change(pipe.descriptor.number, to: .readable)
  }

  /// Shows tails whose time has come and wakes who rested.
  func tendDiscarding() {
    for (child, pipe) in discarding {
      showTail(of: pipe, of: child, isLast: false)
      if pipe.discard?.wakes(at: now) == true { poll.change(pipe.descriptor.number, to: .readable) }
    }
  }

  func stopDiscarding(_ pipe: OutputPipe, of child: Child) {
    guard pipe.discard != nil else { return }
    showTail(of: pipe, of: child, isLast: true)
    discarding.removeAll { $0.pipe === pipe }
  }

  private func showTail(of pipe: OutputPipe, of child: Child, isLast: Bool) {
    guard let tail = pipe.discard?.takeTail(at: now, isLast: isLast) else { return }
    batch.append(.discarded(id: child.id, stream: pipe.stream, tail: tail))
  }
}

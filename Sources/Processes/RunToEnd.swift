import CLinux
import Glibc

/// A program that has been run to its end.
public struct CompletedRun: Sendable, Equatable {
  /// How it ended.
  public var status: Exit.Status
  /// All that it wrote to its standard output.
  public var standardOutput: [UInt8]
  /// All that it wrote to its standard error.
  public var standardError: [UInt8]
}

/// Runs a program and blocks the calling thread until it has ended; for tools, not for tasks.
///
/// All output is kept in memory. What a descendant writes later than 100 ms after the end is lost.
///
/// - Parameter input: what it reads as its standard input.
public func runToEnd(_ program: Program, input: [UInt8] = []) throws(LaunchFailure) -> CompletedRun {
  // A file is filled before the start and, unlike a pipe whose reader is gone, raises no SIGPIPE in us.
  let file = try Descriptor.memory("input", holding: input)
  let child = try Child(LaunchRequest(id: 0, program: program), defaultInput: file, at: 0)
  var text: [OutputStream: [UInt8]] = [:]
  collect(from: child) { text[$0, default: []] += $1 }
  return CompletedRun(
    status: reap(child.pidfd).status, standardOutput: text[.standardOutput] ?? [],
    standardError: text[.standardError] ?? [])
}

/// Hands over what the child writes until it has ended and its pipes are closed, or the grace is over.
private func collect(from child: Child, _ take: (OutputStream, ArraySlice<UInt8>) -> Void) {
  let grace: UInt64 = 100_000_000
  var buffer = [UInt8](repeating: 0, count: 64 * 1024)
  var patience: Int32 = -1
  while child.endedAt == nil || !child.pipes.isEmpty {
    if let endedAt = child.endedAt {
      let left = endedAt + grace - min(endedAt + grace, monotonicNanoseconds())
      patience = Int32(left / 1_000_000)
    }
    // poll(2) passes over a negative descriptor.
    var entries = [
      pollfd(fd: child.endedAt == nil ? child.pidfd.number : -1, events: Int16(POLLIN), revents: 0)
    ]
    entries += child.pipes.map { pollfd(fd: $0.descriptor.number, events: Int16(POLLIN), revents: 0) }
    if poll(&entries, nfds_t(entries.count), patience) < 0 { continue }
    for (pipe, entry) in zip(child.pipes, entries.dropFirst()) where entry.revents != 0 {
      let count = buffer.withUnsafeMutableBytes { pipe.descriptor.read(into: $0) }
      if count > 0 {
        take(pipe.stream, buffer[..<count])
      } else if count == 0 || errno != EAGAIN {
        child.pipes.removeAll { $0 === pipe }
      }
    }
    if entries[0].revents != 0 { child.endedAt = monotonicNanoseconds() }
    if patience == 0 { return }
  }
}

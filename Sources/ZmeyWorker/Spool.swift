internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink

/// Finishes that no scheduler has settled, on disk, as the frames to send again.
///
/// Files are appended to, and removed when all in them is settled: on ext4, making and removing a file for each finish
/// took a quarter of the worker's time. Without fsync: what a process wrote survives its death; should the whole
/// machine go down, the task run counts as lost and runs again.
final class Spool {
  private struct Segment {
    let path: String
    let descriptor: Int32
    var live: Set<Fence> = []
    var size = 0
  }

  /// From this size on another file is begun, or this one emptied.
  private static let segmentBytes = 1 << 20

  private let folder: String
  private var nextNumber: Int
  /// The last one is written to.
  private var segments: [Segment] = []
  /// What an earlier process left unsettled: each attempt's output that was not durable, and its finish.
  let inherited: [Fence: [Frame]]

  /// Takes over what is in the folder.
  ///
  /// - Throws: `WorkerFolderError` if it cannot be written.
  init(_ folder: String) throws(WorkerFolderError) {
    self.folder = folder
    let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap(Int.init)
      .sorted()
    nextNumber = (numbers.last ?? 0) + 1
    inherited = Self.read(numbers.map { "\(folder)/\($0)" })
    try begin()
    for (fence, frames) in inherited { try keep(fence, frames) }
    for number in numbers { unlink("\(folder)/\(number)") }
  }

  /// What files hold that is not settled. What a killed process wrote in part is of no use and passed over.
  private static func read(_ files: [String]) -> [Fence: [Frame]] {
    var chunks: [Fence: [Frame]] = [:]
    var finished: [Fence: [Frame]] = [:]
    for file in files {
      var bytes = ByteBuffer(bytes: FileManager.default.contents(atPath: file) ?? Data())
      while let frame = try? FrameDecoder.next(&bytes) {
        switch frame {
        case .output(let fence, _, _, _): chunks[fence, default: []].append(frame)
        case .finished(let finish):
          finished[finish.fence] = (chunks.removeValue(forKey: finish.fence) ?? []) + [frame]
        case .settled(let fence): finished[fence] = nil
        case .hello, .welcome, .refuse, .script, .assign, .input, .running, .observed, .progress,
          .outputStored,
          .want, .kill, .ping, .pong, .leaving:
          break
        }
      }
    }
    return finished
  }

  /// Keeps the frames of an attempt, the finish last, until it is settled.
  func keep(_ fence: Fence, _ frames: [Frame]) throws(WorkerFolderError) {
    if let current = segments.last, current.size > Self.segmentBytes {
      try begin()
      dropEmpty()
    }
    try append(frames, to: segments.count - 1)
    segments[segments.count - 1].live.insert(fence)
  }

  /// The attempt is settled.
  func settle(_ fence: Fence) throws(WorkerFolderError) {
    guard let index = segments.firstIndex(where: { $0.live.contains(fence) }) else { return }
    segments[index].live.remove(fence)
    dropEmpty()
    guard index < segments.count, let current = segments.last else { return }
    if index == segments.count - 1, current.live.isEmpty, current.size > Self.segmentBytes / 16 {
      ftruncate(current.descriptor, 0)
      segments[index].size = 0
    } else {
      try append([.settled(fence)], to: index)
    }
  }

  /// Closes all files; leaves none behind if all is settled.
  func close() {
    for segment in segments {
      Glibc.close(segment.descriptor)
      if segments.allSatisfy(\.live.isEmpty) { unlink(segment.path) }
    }
    segments = []
  }

  private func begin() throws(WorkerFolderError) {
    let path = "\(folder)/\(nextNumber)"
    nextNumber += 1
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw WorkerFolderError.cannotWrite(path) }
    segments.append(Segment(path: path, descriptor: descriptor))
  }

  private func dropEmpty() {
    for segment in segments.dropLast() where segment.live.isEmpty {
      Glibc.close(segment.descriptor)
      unlink(segment.path)
    }
    segments = segments.dropLast().filter { !$0.live.isEmpty } + segments.suffix(1)
  }

  private func append(_ frames: [Frame], to index: Int) throws(WorkerFolderError) {
    var bytes = ByteBuffer()
    for frame in frames { FrameEncoder.append(frame, to: &bytes) }
    segments[index].size += bytes.readableBytes
    try bytes.write(to: segments[index].descriptor, named: segments[index].path)
  }
}

extension ByteBuffer {
  /// Writes everything to a file.
  consuming func write(to descriptor: Int32, named path: String) throws(WorkerFolderError) {
    while readableBytes > 0 {
      let count = withUnsafeReadableBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw WorkerFolderError.cannotWrite(path) }
      moveReaderIndex(forwardBy: count)
    }
  }
}

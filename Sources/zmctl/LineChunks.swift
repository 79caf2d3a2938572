import Glibc
import ZmeyCommand
import ZmeyCore
import ZmeyStore

/// Where the chunks of a submission come from.
protocol ChunkSource {
  /// How many task runs there will be, if that is known.
  var total: Int? { get }
  /// Whether the next chunk lets itself be waited for.
  var isSlow: Bool { get }
  /// The next chunk, nil after the last.
  mutating func next() throws -> Submission.Chunk?
}

/// Chunks of task runs without arguments.
struct CountedChunks: ChunkSource {
  let total: Int?
  let isSlow = false
  private var left: Int
  private var number: Int32 = 0

  init(_ count: Int) {
    total = count
    left = count
  }

  mutating func next() -> Submission.Chunk? {
    guard left > 0 else { return nil }
    let count = min(left, Submission.lineLimit)
    left -= count
    number += 1
    return Submission.Chunk(number: number, content: .count(Int32(count)))
  }
}

/// Cuts a file or standard input into chunks and checks each line. Holds a chunk and a block, never the whole; where it
/// cuts depends on nothing but the lines.
struct LineChunks: ChunkSource {
  private(set) var total: Int?
  private let name: String
  private let descriptor: Int32
  /// What was read; what stands before `start` was taken.
  private var block: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// How many lines and chunks were taken.
  private var lines = 0
  private var number: Int32 = 0

  /// With so many bytes a chunk has no further line.
  private static let byteLimit = 1 << 20
  /// What PostgreSQL makes of a line's arguments may have so many bytes: see `zm.is_arguments`.
  private static let argumentLimit = 1 << 20
  private static let blockSize = 1 << 18

  /// Opens a file, or takes standard input for `-`. What can be read twice is checked as a whole, and `total` is known.
  init(_ path: String) throws {
    name = path == "-" ? "standard input" : path
    descriptor = path == "-" ? STDIN_FILENO : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(.usage, "cannot read '\(path)'") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    let beginning = lseek(descriptor, 0, SEEK_CUR)
    var check = self
    while try check.next() != nil {}
    total = check.lines
    guard beginning >= 0, lseek(descriptor, beginning, SEEK_SET) == beginning else {
      throw Failure(.usage, "cannot read '\(name)' twice")
    }
  }

  var isSlow: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return !isAtEnd && poll(&entry, 1, 100) == 0
  }

  /// Whether the last line was taken. False may mean that it is not known yet.
  var isExhausted: Bool { isAtEnd && start == block.count }

  mutating func next() throws -> Submission.Chunk? {
    var (content, count): ([UInt8], Int) = ([], 0)
    while count < Submission.lineLimit, content.count < Self.byteLimit, let line = try nextLine() {
      if count > 0 { content.append(.newline) }
      content += line
      count += 1
      lines += 1
    }
    guard count > 0 else { return nil }
    number += 1
    // Whole chunks are checked; which line it is matters only if one is bad.
    if content.contains(0) || String(validating: content, as: UTF8.self) == nil {
      throw badLine(in: content, from: lines - count + 1)
    }
    return Submission.Chunk(number: number, content: .lines(content))
  }

  private func badLine(in content: [UInt8], from first: Int) -> Failure {
    let parts = content.split(separator: .newline, omittingEmptySubsequences: false)
    for (index, line) in parts.enumerated() {
      if line.contains(0) { return failure(first + index, "a NUL character") }
      if String(validating: line, as: UTF8.self) == nil { return failure(first + index, "not UTF-8") }
    }
    return failure(first, "not UTF-8")
  }

  private func failure(_ line: Int, _ problem: String) -> Failure {
    Failure(.usage, "\(name):\(line): \(problem)")
  }

  /// The next line without its end, "\n" or "\r\n"; the last one may have none.
  private mutating func nextLine() throws -> ArraySlice<UInt8>? {
    var searched = start
    while true {
      if let end = Self.newline(in: block, from: searched) {
        let line = block[start..<(end > start && block[end - 1] == .carriageReturn ? end - 1 : end)]
        try check(line)
        start = end + 1
        return line
      }
      searched = block.count - start
      // Whatever is larger than this has too large arguments, however it goes on.
      if searched <= Self.argumentLimit, !isAtEnd {
        try readOn()
      } else {
        let line = block[start...]
        guard !line.isEmpty else { return nil }
        try check(line)
        start = block.count
        return line
      }
    }
  }

  /// Drops what was taken and reads another block.
  private mutating func readOn() throws {
    block.removeFirst(start)
    start = 0
    var buffer = [UInt8](repeating: 0, count: Self.blockSize)
    var count: Int
    repeat { count = read(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
    guard count >= 0 else { throw Failure(.usage, "cannot read '\(name)'") }
    block += buffer[..<count]
    isAtEnd = count == 0
  }

  private static func newline(in block: [UInt8], from start: Int) -> Int? {
    block.withUnsafeBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + start, Int32(UInt8.newline), bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// Refuses arguments that `zm.is_arguments` would: an array has 24 bytes, an element 4 and its own, rounded up to 4.
  private func check(_ line: ArraySlice<UInt8>) throws {
    guard 24 + 4 * (line.count + 1) > Self.argumentLimit else { return }
    let size = line.split(separator: .tab, omittingEmptySubsequences: false).reduce(24) { size, argument in
      size + (4 + argument.count + 3) / 4 * 4
    }
    if size > Self.argumentLimit { throw failure(lines + 1, "arguments of more than 1 MiB") }
  }
}

extension UInt8 {
  fileprivate static let newline = UInt8(ascii: "\n")
  fileprivate static let carriageReturn = UInt8(ascii: "\r")
  fileprivate static let tab = UInt8(ascii: "\t")
}

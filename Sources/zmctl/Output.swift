import FoundationEssentials
import Glibc
import ZmeyCommand
import ZmeyCore

/// Prints values for programs and lines for people.
enum Output {
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// One document in one line, for streams.
  static func jsonLine(_ value: some Encodable) throws {
    print(try jsonText(value))
    fflush(nil)
  }

  /// One document in one line.
  static func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Bytes as they are.
  static func bytes(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    fflush(nil)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { fail(to: descriptor) }
      rest = rest.dropFirst(count)
    }
  }

  /// Ends the program: what it has to say does not arrive.
  private static func fail(to descriptor: Int32) -> Never {
    if descriptor == STDOUT_FILENO { printError("zmctl: cannot write: \(String(cString: strerror(errno)))") }
    exit(ExitStatus.failed.rawValue)
  }

  /// Whether nobody reads standard output any more.
  static var isAbandoned: Bool {
    var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLERR) != 0
  }

  /// Columns as wide as their widest cell; the last one ends where it ends.
  static func table(_ header: [String], _ rows: [[String]]) {
    let rows = [header] + rows.map { $0.map(safe) }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      print(trimmed(cells.joined(separator: "  ")))
    }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Text that cannot speak to the terminal: control characters and what changes the direction of writing are
  /// shown as `·`.
  static func safe(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: "·"
          default: scalar
          }
        }))
  }

  /// A difference of lines, in colours if they are wanted; tabs stay.
  static func diff(_ text: String) {
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      print(
        Colour(mark: Substring(line)).paint(parts.map { safe(String(Substring($0))) }.joined(separator: "\t"))
      )
    }
  }

  /// The first line of a result, for a list.
  static func head(_ bytes: [UInt8]?) -> String {
    guard let bytes else { return "" }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let text = String(decoding: line.prefix(60), as: UTF8.self)
    return line.count < bytes.count - 1 || line.count > 60 ? "\(text)…" : text
  }

  static func span(_ duration: Duration?) -> String {
    guard let duration else { return "" }
    let milliseconds = max(0, duration.wholeMilliseconds)
    if milliseconds < 10_000 { return "\(milliseconds / 1000).\((milliseconds % 1000) / 100)s" }
    return Timespan.seconds(milliseconds / 1000).description
  }

  /// Whether people look at standard error.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Shows a line that the next one replaces; an empty one takes it away.
  static func progress(_ line: String) {
    guard isInteractive else { return }
    bytes(Array("\r\u{1b}[K\(line)".utf8), to: STDERR_FILENO)
  }
}

import Foundation
import Testing

/// A search for something that must be nowhere, in all places where a value may be left.
struct Hunt {
  /// What is looked for, as it may be written: itself, in hexadecimal digits and in base64.
  private let forms: [String]

  init(_ words: String...) {
    forms = words.flatMap { word in
      // Without its last digits, which depend on what stands behind it.
      let base64 = String(Data(word.utf8).base64EncodedString().prefix(word.utf8.count / 3 * 4))
      return [word, word.utf8.map { String(format: "%02x", $0) }.joined(), base64]
    }
  }

  func finds(in bytes: some Collection<UInt8>) -> Bool {
    let data = Data(bytes)
    return forms.contains { data.range(of: Data($0.utf8)) != nil }
  }

  func finds(in text: String) -> Bool { finds(in: Array(text.utf8)) }

  /// The files below a folder that hold it, whatever they are.
  func files(below folder: String) async throws -> [String] {
    let found = try await Shell.run(
      "/bin/grep", ["-r", "-a", "-l", "-s", "-F", "-f", "-", folder], input: forms.joined(separator: "\n"))
    return found.output.split(separator: "\n").map(String.init)
  }

  /// What is seen of the processes that are not the task run's: whose arguments or environment hold it.
  func processes(besides taskRun: Int64) throws -> [String] {
    let mark = Data("ZM_TASK_RUN_ID=\(taskRun)\0".utf8)
    return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int32($0) != nil }.flatMap {
      pid in
      let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      let isOfTask = environment.range(of: mark) != nil
      return (finds(in: line) ? ["arguments of \(pid)"] : [])
        + (!isOfTask && finds(in: environment) ? ["environment of \(pid)"] : [])
    }
  }

  /// Whether a dump of the database has it, every table and every large object.
  func isDumped(from zmey: PrivateInstance) async throws -> Bool {
    let dump = try await Shell.run(
      "/usr/lib/postgresql/15/bin/pg_dump", ["-d", zmey.superuser, "--inserts"])
    try #require(dump.code == 0 && dump.output.contains("INSERT INTO zm.secret"), "\(dump.error)")
    return finds(in: dump.bytes)
  }
}

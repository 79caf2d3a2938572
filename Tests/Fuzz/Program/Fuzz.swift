import CFuzzer
import FoundationEssentials
import FuzzTargets
import Glibc
import Synchronization

/// Hunts for inputs that break a promise, and keeps those that reach something new. `Tests/Fuzz/fuzz.sh` runs it.
///
///     fuzz unpack CORPUS FOLDER              a file an input
///     fuzz pack FOLDER CORPUS                and back, the shortest first
///     FUZZ_TARGET=NAME fuzz ARGUMENT...      libFuzzer with its own arguments, by which it also starts itself anew
@main struct Fuzz {
  static func main() throws {
    let arguments = CommandLine.arguments
    switch (arguments.dropFirst().first, arguments.count) {
    case ("unpack", 4): try unpack(arguments[2], into: arguments[3])
    case ("pack", 4): try pack(arguments[2], into: arguments[3])
    default: hunt(getenv("FUZZ_TARGET").map { String(cString: $0) } ?? "")
    }
  }

  private static func refuse(_ message: String) -> Never {
    say("fuzz: \(message)")
    exit(2)
  }

  private static func say(_ line: String) {
    _ = Array("\(line)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func unpack(_ corpus: String, into folder: String) throws {
    let text = String(decoding: try Data(contentsOf: URL(filePath: corpus)), as: UTF8.self)
    guard let inputs = CorpusFile.inputs(text) else { refuse("\(corpus) is no corpus") }
    for (index, input) in inputs.enumerated() {
      try Data(input).write(to: URL(filePath: "\(folder)/\(index)"))
    }
  }

  private static func pack(_ folder: String, into corpus: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let inputs = try names.map { [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
    let sorted = inputs.sorted {
      $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count
    }
    try Data(CorpusFile.text(sorted).utf8).write(to: URL(filePath: corpus))
  }

  /// What inputs are handed to; libFuzzer calls a C function, which holds no value.
  private static let target = Mutex<FuzzTarget?>(nil)

  private static func hunt(_ name: String) {
    guard let found = FuzzTarget.all.first(where: { $0.name == name }) else {
      refuse("FUZZ_TARGET is '\(name)': there are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    target.withLock { $0 = found }
    let status = cfuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { bytes, count in
      Fuzz.check(UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    }
    if status == -1 { refuse("this program was built without libFuzzer: `make fuzz` builds it with it") }
    exit(status)
  }

  private static func check(_ bytes: UnsafeRawBufferPointer) {
    guard let target = target.withLock(\.self) else { return }
    do throws(BrokenPromise) { try target.check(bytes) } catch {
      // libFuzzer takes the abort for a crash, and saves the input.
      say("broken: \(error)")
      abort()
    }
  }
}

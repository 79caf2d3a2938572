public import ArgumentParser
internal import Glibc
public import ZmeyCore

/// This release, as `--version` prints it.
public let release = "0.1.0"

/// The main of every tool: reads the arguments, runs, and turns whatever goes wrong into one line on standard error
/// and an exit code of `ExitStatus`.
public enum Tool {
  /// Runs `command` with the process's arguments and ends the process.
  ///
  /// - Parameter expand: what is done to the arguments first.
  public static func run<Command: AsyncParsableCommand>(
    _ command: Command.Type, expanding expand: ([String]) throws -> [String] = { $0 }
  ) async -> Never {
    let status = await status(command, Array(CommandLine.arguments.dropFirst()), expand)
    // What was printed may have met a full disk only now.
    if fflush(nil) != 0, status == 0 {
      say(Command._commandName, "cannot write: \(String(cString: strerror(errno)))")
      exit(ExitStatus.failed.rawValue)
    }
    exit(status)
  }

  private static func status<Command: AsyncParsableCommand>(
    _ command: Command.Type, _ arguments: [String], _ expand: ([String]) throws -> [String]
  ) async -> Int32 {
    let name = Command._commandName
    do {
      var parsed = try Command.parseAsRoot(try expand(arguments))
      if var asynchronous = parsed as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try parsed.run()
      }
      return 0
    } catch let error as any ReportedError {
      tell(error, by: name)
      return error.exitStatus.rawValue
    } catch let code as ExitCode {
      return code.rawValue
    } catch {
      // Help and version come as errors, too.
      if Command.exitCode(for: error).isSuccess {
        print(Command.fullMessage(for: error))
        return 0
      }
      let message = Command.message(for: error)
      if error is CleanExit { return 0 }
      let isUsage = error is ValidationError || Command.exitCode(for: error) == .validationFailure
      say(name, isUsage ? "\(message) (see '\(name) --help')" : "\(message.isEmpty ? "\(error)" : message)")
      return isUsage ? ExitStatus.usage.rawValue : ExitStatus.failed.rawValue
    }
  }

  /// Prints on standard error what is wrong, as a tool does that ends with it.
  public static func tell(_ error: any ReportedError, by name: String) {
    // Editors jump to a line that begins with the place.
    for line in error.lines { printError(line) }
    if error.lines.isEmpty { say(name, error.report) }
  }

  private static func say(_ name: String, _ message: String) {
    // One line, whatever a file or a server put into the message; libpq begins its second lines with a tab.
    let line = message.split { $0.isNewline || $0 == "\t" }.joined(separator: " ")
    printError("\(name): \(line)")
  }
}

/// An error of a tool itself.
public struct Failure: ReportedError, CustomStringConvertible {
  /// The line.
  public let report: String
  /// With what the tool ends.
  public let exitStatus: ExitStatus

  /// An error with that line.
  public init(_ status: ExitStatus, _ report: String) {
    self.report = report
    exitStatus = status
  }

  /// The line.
  public var description: String { report }
}

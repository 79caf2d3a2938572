import Glibc

/// Starts programs that outlive the one that starts them.
public enum Daemonizer {
  /// Starts a program in a session of its own, with no input and its output appended to a log file.
  ///
  /// It is no child of the caller: its end is to be awaited by ``waitForExit(of:timeout:)``, and its zombie is
  /// reaped by init.
  ///
  /// - Parameter logFile: opened with our own rights; made with mode 0640 if it is missing.
  /// - Returns: the pid, which is also that of the session and the group.
  public static func start(_ program: Program, logFile: String) throws(LaunchFailure) -> Int32 {
    let null: Descriptor
    let log: Descriptor
    do {
      null = try Descriptor.open("/dev/null", O_RDONLY)
    } catch {
      throw LaunchFailure(.standardInput, code: error.code)
    }
    do {
      log = try Descriptor.open(logFile, O_WRONLY | O_APPEND | O_CREAT, mode: 0o640)
    } catch {
      throw LaunchFailure(.output, code: error.code)
    }
    return try program.launchDetached(input: null, output: log)
  }
}

/// What a program and the processes that it starts may use, as setrlimit(2) counts; nil for what
/// its worker may.
public struct Limits: Hashable, Codable, Sendable {
  /// Open files of one process, 16 to 1048576.
  public var openFiles: Int?
  /// Bytes of address space of one process, 1 MiB to 16 TiB.
  public var memory: Int64?
  /// Processor time of one process, 1 second to 366 days, in whole seconds.
  public var cpu: Timespan?
  /// Processes of the account that it runs as, 1 to 1000000.
  public var processes: Int?

  /// What `openFiles` may be.
  public static let openFilesRange = 16...1_048_576
  /// What `memory` may be.
  public static let memoryRange: ClosedRange<Int64> = (1 << 20)...(16 << 40)
  /// What `processes` may be.
  public static let processesRange = 1...1_000_000

  /// No limit but those given.
  public init(
    openFiles: Int? = nil, memory: Int64? = nil, cpu: Timespan? = nil, processes: Int? = nil
  ) {
    self.openFiles = openFiles
    self.memory = memory
    self.cpu = cpu
    self.processes = processes
  }

  /// Whether that much processor time may be a limit: from 1 second, in whole seconds.
  public static func isCPU(_ time: Timespan) -> Bool {
    time.milliseconds >= 1000 && time.milliseconds % 1000 == 0
  }

  private enum CodingKeys: String, CodingKey {
    case memory, cpu, processes
    case openFiles = "open_files"
  }
}

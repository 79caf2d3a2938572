import Glibc

/// A limit that the kernel holds a process to, see setrlimit(2).
public struct ResourceLimit: Sendable, Equatable {
  /// What is limited; the unit is the resource's own.
  public struct Resource: Sendable, Equatable {
    let number: Int32

    private init(_ resource: __rlimit_resource) { number = Int32(resource.rawValue) }

    /// Address space, in bytes.
    public static let addressSpace = Resource(RLIMIT_AS)
    /// Size of a core file, in bytes.
    public static let coreFileSize = Resource(RLIMIT_CORE)
    /// Processor time, in seconds.
    public static let cpuSeconds = Resource(RLIMIT_CPU)
    /// Size of a file that is written, in bytes.
    public static let fileSize = Resource(RLIMIT_FSIZE)
    /// Open descriptors.
    public static let openFiles = Resource(RLIMIT_NOFILE)
    /// Processes and threads of the user, not of this tree alone.
    public static let processes = Resource(__RLIMIT_NPROC)
    /// Size of the stack, in bytes.
    public static let stackSize = Resource(RLIMIT_STACK)
  }

  /// The value of a limit that limits nothing.
  public static let unlimited = UInt64.max

  /// What is limited.
  public var resource: Resource
  /// The limit in force, in the resource's unit.
  public var soft: UInt64
  /// How far the process may raise the limit in force.
  public var hard: UInt64

  /// A limit with a soft and a hard value.
  public init(_ resource: Resource, soft: UInt64, hard: UInt64) {
    self.resource = resource
    self.soft = soft
    self.hard = hard
  }
}

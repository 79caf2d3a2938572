internal import CLinux

/// Keeps what this process has in memory from core files, and from all others but root.
///
/// - Throws: ``SystemError``.
public func hideMemory() throws(SystemError) {
  guard clinux_hide_memory() == 0 else { throw SystemError("hide the memory") }
}

internal import Processes

/// The small process that ends the tasks of a worker that was killed.
public enum WorkerKeeper {
  /// Waits for the worker's end and ends what it left.
  ///
  /// - Parameter arguments: the argument vector that the worker started it with.
  public static func run(_ arguments: [String]) { Keeper.run(arguments: arguments) }
}

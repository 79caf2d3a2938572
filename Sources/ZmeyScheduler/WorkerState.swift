internal import NIOCore
internal import ZmeyCore
internal import ZmeyLink
internal import ZmeyStore

/// A worker as its scheduler knows it.
struct WorkerState: Sendable {
  /// An attempt that the worker has.
  struct Held: Sendable {
    /// What it runs, for averages; nil if a process of this scheduler's name before this one claimed it.
    var work: Work?

    struct Work: Sendable {
      let program: ProgramID
      let name: String
    }
  }

  var record: WorkerRecord
  var link: LinkID?
  /// Which process it is; nil until one has greeted this scheduler.
  var incarnation: Nonce?
  var attempts: [Fence: Held] = [:]
  /// Scripts sent on this link.
  var scripts: Set<[UInt8]> = []
  /// Takes no more work: it said so.
  var isLeaving = false
  /// Takes no more work once it is off the list, and is forgotten when it has nothing left.
  var isListed = true
  /// When its attempts are given up unless it greets before.
  var lostAt: Instant?
  var lastHeard: Instant?
  var host: String?
  var release: String?
  /// Its machine's load average in hundredths, as it said last on this link.
  var load: Int32?

  init(_ record: WorkerRecord) { self.record = record }

  init(unlisted id: WorkerID) {
    record = WorkerRecord(id: id, name: "", slots: 0)
    isListed = false
  }

  /// Whether what was claimed for it can be sent to it.
  var isReachable: Bool { link != nil && !isLeaving && isListed }

  /// What placement may use; nil if it takes nothing.
  var candidate: Placement.Candidate? {
    guard isReachable, record.takesWork else { return nil }
    return Placement.Candidate(worker: record.id, slots: record.slots, busy: attempts.count)
  }
}

import Postgres
import ZmeyConsole
import ZmeyCore
import ZmeyStore

/// The life of a feed: looks when something has changed, carries commands out, comes back when the database was lost.
struct FeedLoop {
  private let conninfo: String
  private let applicationName: String
  private let inbox: Inbox
  private let executor: ThreadExecutor
  private let onLook: @Sendable () -> Void
  private let post: @Sendable (Input, Moment?) -> Void
  private var wakes: AsyncStream<Void>.Iterator

  private var memory = Memory()
  private var clock = ServerClock(Moment(microseconds: 0))
  private var pace = Pace()
  private var identity: Identity?
  /// What was asked of the database so far, of what is wanted.
  private var asked: Set<Query> = []
  private var unfinished: Set<Query> = []
  /// What the console was told last.
  private var told: [Query: Answer] = [:]
  private var totals: Totals?
  private var trouble: String?

  init(
    conninfo: String, applicationName: String, inbox: Inbox, executor: ThreadExecutor,
    onLook: @escaping @Sendable () -> Void, post: @escaping @Sendable (Input, Moment?) -> Void
  ) {
    self.conninfo = conninfo
    self.applicationName = applicationName
    self.inbox = inbox
    self.executor = executor
    self.onLook = onLook
    self.post = post
    wakes = inbox.wakes.makeAsyncIterator()
  }

  /// Lives on that line, and on those that replace it, until nothing more is asked.
  mutating func run(_ first: Line) async {
    var line = first
    while true {
      clock = ServerClock(line.time)
      if line.identity != identity { post(.identity(line.identity), line.time) }
      identity = line.identity
      post(.link(.live), line.time)
      let loss = await live(on: line)
      await line.close()
      guard let loss, let next = await comeBack(from: loss) else { return }
      line = next
    }
  }

  /// Lives as long as the line does. Returns why it was lost; nil if nothing more is asked.
  private mutating func live(on line: Line) async -> String? {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [inbox] in
        for await event in line.listener.events {
          switch event {
          case .notified: inbox.notify()
          case .lost(let error): inbox.lose(error)
          }
        }
      }
      let loss = await serve(line.connection)
      line.listener.close()
      return loss
    }
  }

  private mutating func serve(_ connection: Connection) async -> String? {
    // What is remembered may be of another database by now, but for output, which the console has.
    memory = Memory(outputs: memory.outputs)
    (asked, unfinished) = ([], [])
    var (isDue, isUrgent) = (true, true)
    while true {
      let mail = inbox.take()
      if mail.isClosed || Task.isCancelled { return nil }
      want(mail.wants)
      do {
        for (place, send) in mail.sends.enumerated() {
          guard mail.loss == nil, try await carryOut(send.commands, send.ticket, connection) else {
            for later in mail.sends[(mail.loss == nil ? place + 1 : place)...] {
              refuse(later.commands, later.ticket)
            }
            return mail.loss?.report ?? Self.lostWithCommand
          }
          (isDue, isUrgent) = (true, true)
        }
        if let loss = mail.loss { return loss.report }
        if mail.isRefresh {
          memory.durationsReadAt = nil
          (isDue, isUrgent) = (true, true)
        }
        if mail.isChanged || isSlowLookDue { isDue = true }
        if isDue, isUrgent || pace.next <= .now {
          (isDue, isUrgent) = (false, false)
          try await look(at: mail.wants, hasTotals: true, connection)
        } else if case let news = mail.wants.subtracting(asked).union(unfinished), !news.isEmpty {
          try await look(at: news, hasTotals: false, connection)
        } else {
          await wait(until: isDue ? pace.next : isBusy ? pace.last + Pace.slow : nil)
        }
      } catch {
        if Task.isCancelled { return nil }
        guard let error = error as? DatabaseError, error.isConnectionLost else {
          complain(error)
          continue
        }
        return error.report
      }
    }
  }

  // Looking -----------------------------------------------------------------------------------------------

  /// Forgets what is not wanted any more: should it be wanted again, it is told again.
  private mutating func want(_ wants: Set<Query>) {
    let gone = asked.subtracting(wants)
    guard !gone.isEmpty else { return }
    asked.subtract(gone)
    unfinished.subtract(gone)
    for query in gone {
      told[query] = nil
      memory.outputs[query] = nil
    }
  }

  /// Whether something may change of which no notification comes.
  private var isBusy: Bool {
    told[.cluster] != nil || totals.map { $0.running + $0.queued > 0 || $0.obstacle != nil } ?? false
  }

  private var isSlowLookDue: Bool { isBusy && pace.last + Pace.slow <= .now }

  private mutating func look(at queries: Set<Query>, hasTotals: Bool, _ connection: Connection) async throws {
    onLook()
    // What goes wrong must not be asked for again at once.
    asked.formUnion(queries)
    unfinished.subtract(queries)
    let start = ContinuousClock.now
    let (sight, memory) = try await connection.run { [memory] session in
      var memory = memory
      let sight = try Looking.look(at: queries, hasTotals: hasTotals, &memory, session)
      return (sight, memory)
    }
    if hasTotals { pace.took(from: start, to: .now) }
    self.memory = memory
    clock = ServerClock(sight.time)
    unfinished.formUnion(sight.unfinished)
    trouble = nil
    tell(sight)
  }

  /// Tells what is not known yet.
  private mutating func tell(_ sight: Sight) {
    if let totals = sight.totals, totals != self.totals {
      self.totals = totals
      post(.answer(.totals(totals), to: .board), sight.time)
    }
    for (query, answer) in sight.answers {
      // Each piece of output is new.
      if case .output = answer {} else if told[query] == answer { continue }
      if case .output = answer {} else { told[query] = answer }
      post(.answer(answer, to: query), sight.time)
    }
  }

  private mutating func complain(_ error: any Error) {
    let report = (error as? any ReportedError)?.report ?? "\(error)"
    if report != trouble { post(.note("cannot read: \(report)", isError: true), nil) }
    trouble = report
  }

  /// Returns when something has come in, or at that time.
  private mutating func wait(until deadline: ContinuousClock.Instant?) async {
    if deadline != nil { executor.setAlarm(deadline) { [inbox] in inbox.wake() } }
    _ = await wakes.next(isolation: #isolation)
    if deadline != nil { executor.setAlarm(nil) }
  }

  // Commands ----------------------------------------------------------------------------------------------

  private static let lostWithCommand = "the database was lost while a command ran"

  /// Carries commands out and tells what came of them; false if the connection was lost meanwhile.
  private func carryOut(_ commands: [Command], _ ticket: Int, _ connection: Connection) async throws -> Bool {
    var replies: [Reply] = []
    var isLost = false
    for command in commands {
      if isLost {
        replies.append(Self.notDone)
        continue
      }
      do {
        replies.append(try await command.carryOut(on: connection))
      } catch let error as DatabaseError where error.isConnectionLost {
        isLost = true
        replies.append(
          .refused(
            "the database was lost; whether it was done is unknown", hint: "The audit says what was done."))
      }
    }
    post(.replies(replies, ticket: ticket), nil)
    return !isLost
  }

  private func refuse(_ commands: [Command], _ ticket: Int) {
    post(.replies(commands.map { _ in Self.notDone }, ticket: ticket), nil)
  }

  private static let notDone = Reply.refused("not done: the database is lost", hint: nil)

  // Coming back -------------------------------------------------------------------------------------------

  /// Tries again and again to connect; nil if nothing more is asked.
  private mutating func comeBack(from loss: String) async -> Line? {
    let since = clock.now
    var (reason, attempt) = (loss, 1)
    while true {
      let delay = Pace.delay(before: attempt)
      let deadline = ContinuousClock.now + delay
      post(.link(.lost(since: since, reason: reason, attempt: attempt, next: clock.now + delay)), nil)
      guard await pause(until: deadline) else { return nil }
      inbox.forgetLoss()
      do {
        return try await Line.open(conninfo, applicationName: applicationName)
      } catch {
        reason = (error as? any ReportedError)?.report ?? "\(error)"
        attempt += 1
      }
    }
  }

  /// Waits for that time or for somebody who is impatient; false if nothing more is asked.
  private mutating func pause(until deadline: ContinuousClock.Instant) async -> Bool {
    while true {
      let mail = inbox.take()
      if mail.isClosed || Task.isCancelled { return false }
      for send in mail.sends { refuse(send.commands, send.ticket) }
      if mail.isReconnect || deadline <= .now { return true }
      await wait(until: deadline)
    }
  }
}

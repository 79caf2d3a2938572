import Postgres
import TestKit
import Testing
import ZmeyCore
import ZmeyStore

@Suite struct `A scheduler's name` {
  @Test func `must be registered`() async throws {
    try await World.with { world in
      let error = await databaseError { _ = try await world.scheduler.connection.acquire("nobody") }
      #expect(error?.sqlState == "ZM003")
      #expect(error?.hint == "Register it: zmctl scheduler add nobody")
    }
  }

  @Test func `belongs to one session, and to the next once that is closed`() async throws {
    try await World.with { world in
      let second = try await world.store.open(as: world.store.role("scheduler"))
      #expect(await sqlState { _ = try await second.acquire("s") } == "ZM005")

      await world.scheduler.connection.close()
      // The server ends a session a moment after its client.
      while try await world.root.int("select count(*) from pg_locks where classid = 7702") > 0 {}
      let identity = try await second.acquire("s")
      #expect(identity.id == world.scheduler.identity.id)
      #expect(identity.epoch == world.scheduler.identity.epoch + 1)
    }
  }

  @Test func `is seen as taken once that is committed, and not with what the process before had seen`()
    async throws
  {
    try await World.with { world in
      let identity = world.scheduler.identity
      let pulse = WorkerPulse(
        worker: world.scheduler.worker, isConnected: true, busy: 0, silence: .zero, host: nil, release: nil)
      try await world.scheduler.connection.run { try identity.heartbeat([pulse], $0) }
      let seen = "select count(*) from zm_api.worker where connected"
      #expect(try await world.root.int(seen) == 1)
      await world.scheduler.connection.close()
      while try await world.root.int("select count(*) from pg_locks where classid = 7702") > 0 {}
      let next = try await world.store.open(as: world.store.role("scheduler"))
      // What is left open is rolled back, but the lock on the name stays with the session.
      try await next.run { session in
        try session.script("begin; select zm_sched.acquire('s', '127.0.0.1:1', 'here', 1, 'test', null)")
      }
      #expect(try await world.root.int(seen) == 0)
      _ = try await next.acquire("s")
      #expect(try await world.root.int("select count(*) from zm_api.scheduler where is_started") == 1)
    }
  }

  @Test func `when taken over makes every function refuse the old process`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(3)
      let task = try await world.scheduler.claim(1)[0]
      let (old, connection) = (world.scheduler.identity, world.scheduler.connection)
      // In the same session, which has the lock already.
      _ = try await connection.acquire("s")

      var batches = Array(repeating: SchedulerBatch(), count: 8)
      batches[0].running = [.init(fence: task.fence, age: .zero)]
      batches[1].percents = [.init(fence: task.fence, percent: 1)]
      batches[2].chunks = [.init(fence: task.fence, number: 0, stream: .standardOutput, bytes: [1])]
      batches[3].lost = [.init(fences: [task.fence], wasDelivered: true, reason: "")]
      batches[4].slots = [world.scheduler.worker]
      batches[5].finished = [
        .init(
          fence: task.fence, outcome: Outcome(verdict: .succeeded), resultBytes: 0, errorBytes: 0,
          isCut: false, result: [])
      ]
      batches[6].observed = [.init(fence: task.fence, isPaused: true, age: .zero)]
      batches[7].asksWants = true
      for batch in batches {
        #expect(await sqlState { _ = try await connection.run { try old.perform(batch, $0) } } == "ZM001")
      }
      #expect(await sqlState { _ = try await connection.run { try old.workers($0) } } == "ZM001")
      #expect(await sqlState { _ = try await connection.run { try old.adoptable($0) } } == "ZM001")
      #expect(await sqlState { _ = try await connection.run { try old.scripts([], $0) } } == "ZM001")
      #expect(await sqlState { _ = try await connection.run { try old.secrets([], $0) } } == "ZM001")
      #expect(await sqlState { try await connection.run { try old.heartbeat([], $0) } } == "ZM001")
      #expect(await sqlState { try await connection.run { try old.release($0) } } == "ZM001")
      #expect(await sqlState { try await connection.run { try old.tell($0) } } == "ZM001")
      #expect(await sqlState { try await connection.run { try old.learn([], $0) } } == "ZM001")
      #expect(await sqlState { _ = try await connection.run { try old.clearWay($0) } } == "ZM001")
      #expect(await sqlState { try await connection.run { try old.refused([], $0) } } == "ZM001")
      #expect(
        await sqlState { _ = try await connection.run { try old.nextEvent(unknownZones: [], $0) } } == "ZM001"
      )
      #expect(
        await sqlState {
          _ = try await connection.run { try old.dueEvents(limit: 1, unknownZones: [], $0) }
        } == "ZM001")
      #expect(await sqlState { _ = try await connection.run { try old.fire([], [], $0) } } == "ZM001")
      // Were a function added, it would be missing above.
      let functions = "select count(*) from pg_proc where pronamespace = 'zm_sched'::regnamespace"
      #expect(try await world.root.int(functions) == 25)
      #expect(try await world.root.int("select count(*) from zm.queue") == 2)
    }
  }

  @Test func `knows its workers, its scripts and what it has under way`() async throws {
    try await World.with { world in
      try await world.apply(template())
      _ = try await world.submit(2)
      let (identity, connection) = (world.scheduler.identity, world.scheduler.connection)
      let tasks = try await world.scheduler.claim(2)
      try await world.scheduler.perform { $0.running = [.init(fence: tasks[0].fence, age: .seconds(2))] }

      let workers = try await connection.run { session in try identity.workers(session) }
      #expect(workers == [WorkerRecord(id: world.scheduler.worker, name: "s-worker", slots: 100)])
      let scripts = try await connection.run { session in try identity.scripts([tasks[0].script], session) }
      #expect(scripts == [tasks[0].script: "#!/bin/sh\n"])
      let attempts = try await connection.run { session in try identity.adoptable(session) }
      #expect(
        Set(attempts) == [
          AdoptableAttempt(fence: tasks[0].fence, worker: world.scheduler.worker),
          AdoptableAttempt(fence: tasks[1].fence, worker: world.scheduler.worker),
        ])
    }
  }

  @Test func `shows its workers' pulse, and that it goes`() async throws {
    try await World.with { world in
      let (identity, connection, worker) = (
        world.scheduler.identity, world.scheduler.connection, world.scheduler.worker
      )
      func view() async throws -> WorkerView { try await world.anna.run { try People.workers($0) }[0] }
      #expect(try await view().isConnected == false)

      try await connection.run { session in
        try session.script("begin")
        try identity.heartbeat(
          [
            WorkerPulse(
              worker: worker, isConnected: true, busy: 7, silence: .seconds(60), host: "h", release: "1",
              load: 213)
          ], session)
        // It need not survive a crash, so its commit waits for no disk.
        let commit = try session.query(Statement("commit", "show synchronous_commit")).first {
          try $0.text(0)
        }
        #expect(commit == "off")
        try session.script("commit")
      }
      let seen = try await view()
      #expect((seen.isConnected, seen.busy, seen.host, seen.release) == (true, 7, "h", "1"))
      #expect(seen.silentSeconds ?? 0 >= 60)
      #expect(seen.load == 2.13)

      try await connection.run { session in try identity.release(session) }
      #expect(try await view().isConnected == false)
      #expect(try await view().load == nil)
      let schedulers = try await world.anna.run { session in
        try People.schedulers(session).map { "\($0.name) \($0.isStarted) \($0.workers)" }
      }
      #expect(schedulers == ["s false 1"])
    }
  }

  @Test func `is not there once its process is killed, and neither are its workers`() async throws {
    try await World.with { world in
      let (identity, connection, worker) = (
        world.scheduler.identity, world.scheduler.connection, world.scheduler.worker
      )
      try await connection.run { session in
        try identity.heartbeat(
          [.init(worker: worker, isConnected: true, busy: 3, silence: .zero, host: "h", release: "1")],
          session)
      }
      let viewer = try await world.store.newRole("viewer", level: "viewer")
      for person in [world.anna, viewer] {
        #expect(try await person.run { try People.schedulers($0).map(\.isStarted) } == [true])
        #expect(try await person.run { try People.workers($0).map(\.isConnected) } == [true])
      }
      // As a kill does: the socket closes, and nothing is said.
      await connection.close()
      while try await world.anna.run({ try People.schedulers($0).contains(where: \.isStarted) }) {}
      #expect(try await viewer.run { try People.schedulers($0).map(\.isStarted) } == [false])
      let left = try await world.anna.run { try People.workers($0)[0] }
      #expect((left.isConnected, left.busy, left.host) == (false, 0, "h"))
    }
  }

  @Test func `shows nothing of a worker that is removed at the same moment`() async throws {
    try await World.with { world in
      let (identity, connection, worker) = (
        world.scheduler.identity, world.scheduler.connection, world.scheduler.worker
      )
      // It tells by a lock of its own that the worker is removed, and commits when somebody waits for it.
      async let removal: Void = world.root.script(
        """
        begin;
        select zm_api.worker_remove('s-worker'), pg_advisory_xact_lock(1, 1);
        do $$ begin
          while not exists (select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))) loop
          end loop;
        end $$;
        commit
        """)
      let observer = try await world.store.open()
      let removed = """
        select count(*) from pg_locks where locktype = 'advisory' and classid = 1
          and database = (select oid from pg_database where datname = current_database())
        """
      while try await observer.int(removed) == 0 {}
      let pulse = WorkerPulse(
        worker: worker, isConnected: true, busy: 0, silence: .zero, host: nil, release: nil)
      try await connection.run { session in try identity.heartbeat([pulse], session) }
      try await removal
      #expect(try await world.root.int("select count(*) from zm.worker_status") == 0)
    }
  }

  @Test func `is woken by the queue while it sleeps, and only then`() async throws {
    try await World.with { world in
      try await world.apply(template())
      let conninfo = world.store.database.conninfo()
      let (wake, _) = try await Listener.open(conninfo, applicationName: "tests", channels: ["zm_wake"]) {
        _ in 0
      }
      let (mark, _) = try await Listener.open(conninfo, applicationName: "tests", channels: ["mark"]) { _ in 0
      }
      var (wakes, marks) = (wake.events.makeAsyncIterator(), mark.events.makeAsyncIterator())

      // It took its name and has claimed nothing yet: it sleeps.
      _ = try await world.submit(2)
      guard case .notified = await wakes.next() else {
        Issue.record("no notification")
        return
      }
      // All its slots were filled: it will come again by itself.
      #expect(try await world.scheduler.claim(1).count == 1)
      _ = try await world.submit(1)
      try await world.root.script("notify mark")
      _ = await marks.next()
      // Notifications come in the order of commits.
      wake.close()
      #expect(await wakes.next() == nil)
      mark.close()
    }
  }
}

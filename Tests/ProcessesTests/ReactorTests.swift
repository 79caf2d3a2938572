import Glibc
import Synchronization
import Testing

@testable import Processes

@Suite struct `A reactor` {
  @Test func `five hundred processes at once finish and leave no zombie`() async throws {
    let requests = (1...500).map { LaunchRequest(id: $0, program: shell("echo $1", "\($0)")) }
    let outcomes = try await run(requests, on: ProcessReactor())
    #expect(outcomes.count == 500)
    for (id, outcome) in outcomes {
      let pid = try #require(outcome.pid)
      #expect(outcome.text == "\(id)\n")
      #expect(outcome.exit?.status == .exited(0))
      // A pid that was given anew has another parent.
      let parent = contents("/proc/\(pid)/stat")?.split(separator: ") ").last?.split(separator: " ")[1]
      #expect(parent != "\(getpid())" || contents("/proc/\(pid)/stat")?.contains(") Z ") == false)
    }
  }

  @Test func `shutdown kills what lives, tells of it and ends the stream`() async throws {
    let reactor = try ProcessReactor()
    var silent = LaunchRequest(id: 9, program: shell("yes"))
    silent.outputWindow = 1
    reactor.launch((1...3).map { LaunchRequest(id: $0, program: shell("exec sleep 1000")) } + [silent])
    var started = 0
    var ends: [UInt64: Exit.Status] = [:]
    for await batch in reactor.events {
      for event in batch {
        switch event {
        case .started:
          started += 1
          if started == 4 { reactor.shutdown() }
        case .finished(let id, let exit): ends[id] = exit.status
        default: break
        }
      }
    }
    let killed = Exit.Status.signalled(SIGKILL, coreDumped: false)
    #expect(ends == [1: killed, 2: killed, 3: killed, 9: killed])
  }

  @Test func `a reactor that is let go shuts down`() async throws {
    var reactor: ProcessReactor? = try ProcessReactor()
    let events = try #require(reactor?.events)
    reactor?.launch([LaunchRequest(id: 1, program: shell("exec sleep 1000"))])
    reactor = nil
    var statuses: [Exit.Status] = []
    for await batch in events {
      for case .finished(_, let exit) in batch { statuses.append(exit.status) }
    }
    #expect(statuses == [.signalled(SIGKILL, coreDumped: false)])
  }

  @Test func `a child dies with the thread that launched it`() async throws {
    let pid = await withCheckedContinuation { (continuation: CheckedContinuation<Int32, Never>) in
      do {
        try startThread(name: "short-lived") {
          continuation.resume(returning: sleeper())
        }
      } catch {
        continuation.resume(returning: -1)
      }
    }
    #expect(pid > 0)
    #expect(try waitForExit(of: pid, timeout: .seconds(300)))
    var status: Int32 = 0
    #expect(waitpid(pid, &status, 0) == pid)
    #expect(status & 0x7f == SIGKILL)
  }
}

/// Launches a process that sleeps and returns its pid, or -1.
private func sleeper() -> Int32 {
  do {
    let null = try Descriptor.open("/dev/null", O_RDWR)
    return try shell("exec sleep 1000").launchChild(input: null, output: null, error: null).pid
  } catch {
    return -1
  }
}

import Testing
import ZmeyCore

@Suite("States of a task run")
struct TaskRunStateTests {
  /// The table of the design, in which "end states" are those that a worker or a scheduler brings
  /// about; `skipped` comes from `waiting` alone.
  static let table: [String: String] = [
    "waiting": "queued skipped stopped",
    "queued": "assigned held stopped",
    "held": "queued stopped",
    "assigned": "running queued ends",
    "running": "paused stopping queued ends",
    "paused": "running stopping queued ends",
    "stopping": "queued ends",
    "succeeded": "", "failed": "", "timed_out": "", "stopped": "", "lost": "", "skipped": "",
  ]

  @Test(arguments: TaskRunState.allCases)
  func `the successors are those of the design`(state: TaskRunState) throws {
    let words = try #require(Self.table[state.name])
      .replacing("ends", with: "succeeded failed timed_out stopped lost").split(separator: " ")
    #expect(Set(state.successors.map(\.name)) == Set(words.map(String.init)))
    for next in TaskRunState.allCases {
      #expect(state.mayBecome(next) == words.contains(Substring(next.name)))
    }
  }

  @Test func `names are unique and read back`() {
    #expect(Set(TaskRunState.allCases.map(\.name)) == Set(Self.table.keys))
    for state in TaskRunState.allCases { #expect(TaskRunState(name: state.name) == state) }
    #expect(TaskRunState(name: "timedOut") == nil)
    #expect(TaskRunState(name: "") == nil)
  }

  @Test func `the raw values are what the database stores`() {
    #expect(TaskRunState.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15])
  }

  @Test func `nothing leaves an end and every other state reaches one`() {
    for state in TaskRunState.allCases {
      #expect(state.isEnd == state.successors.isEmpty)
      var reached: Set<TaskRunState> = []
      var open: Set<TaskRunState> = [state]
      while let next = open.popFirst() {
        if reached.insert(next).inserted { open.formUnion(next.successors) }
      }
      #expect(reached.contains { $0.isEnd })
    }
  }

  @Test func `every state but the first is reached from waiting`() {
    var reached: Set<TaskRunState> = [.waiting]
    for _ in TaskRunState.allCases { reached.formUnion(reached.flatMap(\.successors)) }
    #expect(reached == Set(TaskRunState.allCases))
  }

  @Test func `a worker may hold a process in four states`() {
    #expect(TaskRunState.allCases.filter(\.isInFlight) == [.assigned, .running, .paused, .stopping])
  }

  @Test(arguments: Outcome.Verdict.allCases)
  func `a verdict has the number of its state and a running task may take it`(verdict: Outcome.Verdict) {
    #expect(verdict.rawValue == verdict.state.rawValue)
    #expect(TaskRunState.running.mayBecome(verdict.state))
  }
}

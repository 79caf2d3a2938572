import NIOCore
import ZmeyCore

@testable import ZmeyStore

/// The functions of `zm_sched`, in memory: the same fences, the same order within a batch.
struct FakeDatabase {
  struct Task {
    let plan: Plan
    var state: TaskRunState = .queued
    var attempt: Int32 = 0
    var losses: Int32 = 0
    var lastNonce: Nonce?
    var want: Want?
    var results: [Result] = []
    var log: [Int32: [Int32: (stream: OutputStream, bytes: ByteBuffer)]] = [:]
  }

  struct Result {
    let fence: Fence
    /// Nil for an attempt that was lost.
    let finished: SchedulerBatch.Finished?
    /// Whether the task run ended with it.
    let isFinal: Bool
  }

  var tasks: [TaskRunID: Task] = [:]
  var records: [WorkerRecord] = []
  private var queue: [TaskRunID] = []
  private(set) var inflight: [TaskRunID: (fence: Fence, worker: WorkerID)] = [:]
  /// What people want of attempts under way that is not proven.
  private var wants: [TaskRunID: Want] = [:]
  private var random: SplitMix
  private(set) var violations: [String] = []

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  var isQueueEmpty: Bool { queue.isEmpty }

  mutating func submit(_ id: TaskRunID, _ plan: Plan) {
    tasks[id] = Task(plan: plan)
    queue.append(id)
  }

  func adoptable() -> [AdoptableAttempt] {
    inflight.values.sorted { $0.fence.taskRun < $1.fence.taskRun }.map {
      AdoptableAttempt(fence: $0.fence, worker: $0.worker)
    }
  }

  mutating func perform(_ batch: SchedulerBatch) -> SchedulerBatchResult {
    var result = SchedulerBatchResult()
    for running in batch.running
    where holds(running.fence) && tasks[running.fence.taskRun]?.state == .assigned {
      tasks[running.fence.taskRun]?.state = .running
    }
    for observed in batch.observed where holds(observed.fence) { observe(observed) }
    for chunk in batch.chunks where holds(chunk.fence) { putLog(chunk) }
    for finished in batch.finished where !finish(finished) {
      let known = tasks[finished.fence.taskRun]?.results.contains { $0.fence == finished.fence } ?? false
      result.notAccepted.append((finished.fence.taskRun, finished.fence.attempt, known))
    }
    for lost in batch.lost { for fence in lost.fences { lose(fence, wasDelivered: lost.wasDelivered) } }
    if batch.asksWants {
      result.wants = wants.sorted { $0.key < $1.key }.compactMap { id, want in
        inflight[id].map { ($0.fence, want) }
      }
    }
    result.claimed = claim(batch.slots)
    return result
  }

  /// What an operator does to one task run, under way or held.
  mutating func control(_ id: TaskRunID, _ want: Want) {
    guard let state = tasks[id]?.state else { return }
    if state == .held, want == .resume {
      tasks[id]?.state = .queued
      tasks[id]?.want = nil
      queue.append(id)
    }
    guard state.isInFlight, state != .stopping || want == .kill else { return }
    tasks[id]?.want = want
    wants[id] = want
    if want == .stop || want == .kill, state != .assigned { tasks[id]?.state = .stopping }
  }

  private mutating func observe(_ observed: SchedulerBatch.Observed) {
    let id = observed.fence.taskRun
    guard let state = tasks[id]?.state, state == .running || state == .paused || !observed.isPaused else {
      return
    }
    // What is seen may be older than the order, so it takes an order away and gives it again.
    switch tasks[id]?.want {
    case .stop, .kill: break
    case .pause: wants[id] = observed.isPaused ? nil : .pause
    case .resume, nil: wants[id] = observed.isPaused ? .resume : nil
    }
    if state == .running || state == .paused { tasks[id]?.state = observed.isPaused ? .paused : .running }
  }

  /// An attempt is over: where its task run waits for the next one.
  private mutating func requeue(_ id: TaskRunID) {
    if tasks[id]?.want == .pause {
      tasks[id]?.state = .held
    } else {
      queue.append(id)
    }
  }

  private func holds(_ fence: Fence) -> Bool { inflight[fence.taskRun]?.fence == fence }

  private mutating func putLog(_ chunk: SchedulerBatch.Chunk) {
    let bytes = ByteBuffer(bytes: chunk.bytes)
    let id = chunk.fence.taskRun
    if let there = tasks[id]?.log[chunk.fence.attempt]?[chunk.number] {
      if there.stream != chunk.stream || there.bytes != bytes {
        violations.append("chunk \(chunk.number) of \(id) was sent again with other bytes")
      }
    } else {
      tasks[id]?.log[chunk.fence.attempt, default: [:]][chunk.number] = (chunk.stream, bytes)
    }
  }

  private mutating func finish(_ finished: SchedulerBatch.Finished) -> Bool {
    let id = finished.fence.taskRun
    guard holds(finished.fence), var task = tasks[id] else { return false }
    inflight[id] = nil
    wants[id] = nil
    let verdict = finished.outcome.verdict
    let isAgain =
      (verdict == .failed || verdict == .timedOut) && task.attempt - task.losses < task.plan.maxAttempts
      && task.want != .stop && task.want != .kill
    task.state = isAgain ? .queued : verdict.state
    task.results.append(Result(fence: finished.fence, finished: finished, isFinal: !isAgain))
    tasks[id] = task
    if isAgain { requeue(id) }
    return true
  }

  private mutating func lose(_ fence: Fence, wasDelivered: Bool) {
    let id = fence.taskRun
    guard holds(fence), var task = tasks[id] else { return }
    inflight[id] = nil
    wants[id] = nil
    let isStopped = task.want == .stop || task.want == .kill
    let isAgain = !isStopped && (!wasDelivered || (task.losses < 5 && task.plan.rerunIfLost))
    task.losses += 1
    task.state = isAgain ? .queued : wasDelivered ? .lost : .stopped
    if wasDelivered || !isAgain {
      task.results.append(Result(fence: fence, finished: nil, isFinal: !isAgain))
    }
    tasks[id] = task
    if isAgain { requeue(id) }
  }

  private mutating func claim(_ slots: [WorkerID]) -> [ClaimedTask] {
    // Now and then another scheduler takes the rows at this moment.
    let places = random.chance(5) ? slots.prefix(slots.count / 2) : slots[...]
    return zip(places, queue.prefix(places.count)).map { worker, id in
      queue.removeFirst()
      let nonce = Nonce(high: random.next(), low: random.next())
      tasks[id]!.attempt += 1
      tasks[id]!.state = .assigned
      tasks[id]!.lastNonce = nonce
      tasks[id]!.want = nil
      let fence = Fence(taskRun: id, attempt: tasks[id]!.attempt, nonce: nonce)
      inflight[id] = (fence, worker)
      let plan = tasks[id]!.plan
      return ClaimedTask(
        fence: fence, run: RunID(1), worker: worker, owner: "ann", name: "t", pipeline: nil,
        script: [UInt8(id.rawValue % 5)], maximum: plan.maximum, maxOutput: 10 << 20, arguments: [],
        inputs: plan.input.map { [ClaimedTask.Input(pass: .stdin, bytes: $0)] } ?? [], program: ProgramID(1),
        grace: nil,
        settings: LaunchSettings())
    }
  }

  /// What is wrong when everything should have come to its end.
  func verdict() -> [String] {
    var wrong = violations
    if !inflight.isEmpty { wrong.append("still in flight: \(inflight.keys.sorted())") }
    for (id, task) in tasks.sorted(by: { $0.key < $1.key }) {
      let finals = task.results.filter(\.isFinal)
      if !task.state.isEnd { wrong.append("task run \(id) is still \(task.state)") }
      if finals.count != 1 { wrong.append("task run \(id) has \(finals.count) final results") }
      if finals.last?.fence.nonce != task.lastNonce {
        wrong.append("task run \(id): the accepted nonce is not the last")
      }
      for result in task.results { wrong += Self.check(result, task) }
    }
    return wrong
  }

  /// Output of an attempt is all there: in one piece, or as chunks without a gap.
  private static func check(_ result: Result, _ task: Task) -> [String] {
    guard let finished = result.finished else { return [] }
    let id = result.fence.taskRun
    let chunks = (task.log[result.fence.attempt] ?? [:]).sorted { $0.key < $1.key }
    var output = ByteBuffer(bytes: finished.result ?? [])
    var error = ByteBuffer()
    for (_, chunk) in chunks {
      if chunk.stream == .standardOutput {
        output.writeImmutableBuffer(chunk.bytes)
      } else {
        error.writeImmutableBuffer(chunk.bytes)
      }
    }
    var wrong: [String] = []
    if chunks.map(\.key) != Array(0..<Int32(chunks.count)) {
      wrong.append("task run \(id): chunks are missing")
    }
    if finished.result != nil, !chunks.isEmpty {
      wrong.append("task run \(id): chunks beside a result in one piece")
    }
    if output.readableBytes != finished.resultBytes || error.readableBytes != finished.errorBytes {
      wrong.append("task run \(id): \(output.readableBytes) of \(finished.resultBytes) bytes of output")
    }
    // An attempt that was ended from outside wrote a beginning of it.
    let isWhole = finished.outcome.exitCode != nil
    for (got, stream) in [(output, OutputStream.standardOutput), (error, .standardError)] {
      let all = task.plan.output(stream)
      let expected = isWhole ? all : all.getSlice(at: 0, length: min(all.readableBytes, got.readableBytes))
      if expected != got { wrong.append("task run \(id): \(stream) is not what was written") }
    }
    return wrong
  }
}

import NIOCore
import ZmeyCore

@testable import ZmeyLink

/// A small random source: equal seeds give equal frames everywhere.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SplitMix {
  mutating func frame(_ kind: FrameKind) -> Frame {
    switch kind {
    case .hello:
      let oldest = UInt16.random(in: 0...9, using: &self)
      return .hello(
        Hello(
          versions: oldest...(oldest + 3), worker: text(), incarnation: nonce(), host: text(),
          release: text(),
          attempts: (0..<Int.random(in: 0...20, using: &self)).map { _ in fence() },
          token: Bool.random(using: &self)
            ? nil : LinkToken((0..<32).map { _ in .random(in: 0...255, using: &self) })))
    case .welcome: return .welcome(Welcome(version: integer(), slots: integer(), lease: duration()))
    case .refuse: return .refuse(reason: text())
    case .script: return .script(sha256: bytes(), body: bytes())
    case .assign: return .assign(assignment())
    case .input: return .input(fence(), index: integer(), bytes: bytes(), isLast: Bool.random(using: &self))
    case .running: return .running(fence(), age: duration())
    case .output:
      return .output(fence(), chunk: integer(), stream: pick(OutputStream.allCases), bytes: bytes())
    case .finished: return .finished(finish())
    case .outputStored: return .outputStored(fence(), chunk: integer())
    case .settled: return .settled(fence())
    case .want: return .want(fence(), pick(Want.allCases))
    case .observed:
      return .observed(fence(), isPaused: Bool.random(using: &self), age: duration())
    case .kill: return .kill(fence(), reason: text())
    case .progress: return .progress(fence(), percent: .random(in: 0...100, using: &self))
    case .ping: return .ping(load: optional { .random(in: 0...Int32.max, using: &$0) })
    case .pong: return .pong
    case .leaving: return .leaving
    }
  }

  private mutating func assignment() -> Assignment {
    let passes: [LinkDefinition.Pass] = [.argument, .stdin, .env]
    let inputs = (0..<Int.random(in: 0...4, using: &self)).map { _ in
      Assignment.Input(pass: pick(passes), bytes: optional { $0.bytes() })
    }
    return Assignment(
      fence: fence(), run: RunID(integer()), name: text(), pipeline: text(), owner: text(), script: bytes(),
      maximum: optional { $0.duration() }, maxOutput: integer(),
      arguments: (0..<Int.random(in: 0...5, using: &self)).map { _ in text() }, inputs: inputs,
      grace: duration(),
      settings: settings(), secrets: (0..<Int.random(in: 0...3, using: &self)).map { _ in secret() })
  }

  private mutating func secret() -> Assignment.Secret {
    let bytes = (0..<Int.random(in: SecretValue.sizes.lowerBound...100, using: &self)).map { _ in
      UInt8.random(in: .min ... .max, using: &self)
    }
    let number = Int32.random(in: 3...9, using: &self)
    let place = Bool.random(using: &self) ? SecretPlace.variable("A_1") : .descriptor(number)
    return Assignment.Secret(place: place, value: SecretValue(bytes)!)
  }

  private mutating func settings() -> LaunchSettings {
    LaunchSettings(
      environment: Bool.random(using: &self) ? [:] : ["A": text(), "B": ""],
      nice: optional { .random(in: -20...19, using: &$0) },
      limits: Limits(
        openFiles: optional { .random(in: 16...1024, using: &$0) },
        memory: optional { .random(in: 0...Int64.max, using: &$0) },
        cpu: optional { .seconds(.random(in: 1...9999, using: &$0)) },
        processes: optional { .random(in: 1...9999, using: &$0) }),
      user: optional { $0.text() })
  }

  private mutating func finish() -> Finish {
    let outcome = Outcome(
      verdict: pick(Outcome.Verdict.allCases), exitCode: optional { $0.integer() },
      signal: optional { $0.integer() }, reason: optional { $0.text() }, duration: duration(),
      cpuMicroseconds: integer(), peakMemoryKiB: integer())
    return Finish(
      fence: fence(), outcome: outcome, resultBytes: integer(), errorBytes: integer(),
      isCut: Bool.random(using: &self), result: optional { $0.bytes() })
  }

  private mutating func fence() -> Fence {
    Fence(taskRun: TaskRunID(integer()), attempt: integer(), nonce: nonce())
  }

  private mutating func nonce() -> Nonce { Nonce(high: integer(), low: integer()) }
  private mutating func duration() -> Duration { .nanoseconds(integer() as Int64) }

  private mutating func integer<T: FixedWidthInteger>() -> T {
    let edges: [T] = [0, 1, .max, .min]
    return Bool.random(using: &self) ? pick(edges) : T.random(in: .min ... .max, using: &self)
  }

  private mutating func text() -> String {
    pick([
      "", "plain", "two\nlines\r\n", "'quotes\" \\ $(ls) `id`", "🐉 zméj ﷽ e\u{301}\u{202e}",
      "\u{1b}[31mred", String(repeating: "long ", count: 5000),
    ])
  }

  private mutating func bytes() -> ByteBuffer {
    let size = pick([0, 1, 2, 255, 256, 4096, FrameLimit.chunk])
    return ByteBuffer(repeating: .random(in: .min ... .max, using: &self), count: size)
  }

  private mutating func optional<T>(_ make: (inout SplitMix) -> T) -> T? {
    Bool.random(using: &self) ? make(&self) : nil
  }

  private mutating func pick<T>(_ items: [T]) -> T { items[Int.random(in: 0..<items.count, using: &self)] }
}

/// The frame with its length.
func encoded(_ frame: Frame) -> ByteBuffer {
  var bytes = ByteBuffer()
  FrameEncoder.append(frame, to: &bytes)
  return bytes
}

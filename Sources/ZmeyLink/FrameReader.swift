internal import NIOCore
internal import ZmeyCore

/// Bytes to frames. Every length is checked against what is there, so no input makes it allocate more
/// than the frame's own size; bytes after the known fields of a frame are passed over, so that a newer
/// peer may append fields.
struct FrameReader {
  private var buffer: ByteBuffer

  /// The frame in `buffer`, which holds one frame without its length field.
  ///
  /// - Throws: `LinkError.malformed`.
  static func frame(_ buffer: ByteBuffer) throws(LinkError) -> Frame {
    var reader = FrameReader(buffer: buffer)
    return try reader.frame()
  }

  private mutating func frame() throws(LinkError) -> Frame {
    let code: UInt8 = try integer("kind")
    guard let kind = FrameKind(rawValue: code) else { throw .malformed("kind \(code)") }
    switch kind {
    case .hello: return .hello(try hello())
    case .welcome:
      return .welcome(
        Welcome(version: try integer("version"), slots: try integer("slots"), lease: try duration()))
    case .refuse: return .refuse(reason: try text("reason"))
    case .script: return .script(sha256: try bytes("digest"), body: try bytes("script"))
    case .assign: return .assign(try assignment())
    case .input:
      return .input(try fence(), index: try integer("index"), bytes: try bytes("input"), isLast: try flag())
    case .running: return .running(try fence(), age: try duration())
    case .output:
      return .output(
        try fence(), chunk: try integer("chunk"), stream: try stream(), bytes: try bytes("output"))
    case .finished: return .finished(try finish())
    case .outputStored: return .outputStored(try fence(), chunk: try integer("chunk"))
    case .settled: return .settled(try fence())
    case .kill: return .kill(try fence(), reason: try text("reason"))
    case .want: return .want(try fence(), try want())
    case .observed: return .observed(try fence(), isPaused: try flag(), age: try duration())
    case .progress: return .progress(try fence(), percent: min(100, try integer("percent")))
    case .ping: return .ping(load: try load())
    case .pong: return .pong
    case .leaving: return .leaving
    }
  }

  /// Not there in the ping of a worker that is older.
  private mutating func load() throws(LinkError) -> Int32? {
    guard buffer.readableBytes > 0 else { return nil }
    return try optional { reader throws(LinkError) in max(0, try reader.integer("load")) }
  }

  private mutating func hello() throws(LinkError) -> Hello {
    let oldest: UInt16 = try integer("version")
    let newest: UInt16 = try integer("version")
    guard oldest <= newest else { throw .malformed("versions \(oldest) to \(newest)") }
    let worker = try text("name")
    let incarnation = try nonce()
    let host = try text("host")
    let release = try text("release")
    let attempts = try list(of: UInt32.self, minimumBytes: 28) { reader throws(LinkError) in
      try reader.fence()
    }
    return Hello(
      versions: oldest...newest, worker: worker, incarnation: incarnation, host: host, release: release,
      attempts: attempts, token: try token())
  }

  /// Not there in the hello of a worker that is older.
  private mutating func token() throws(LinkError) -> LinkToken? {
    guard buffer.readableBytes > 0 else { return nil }
    return try optional { reader throws(LinkError) in
      guard let token = LinkToken(Array(buffer: try reader.bytes("token"))) else { throw .malformed("token") }
      return token
    }
  }

  private mutating func assignment() throws(LinkError) -> Assignment {
    Assignment(
      fence: try fence(), run: RunID(try integer("run")), name: try text("name"),
      pipeline: try text("pipeline"),
      owner: try text("owner"), script: try bytes("digest"),
      maximum: try optional { reader throws(LinkError) in try reader.duration() },
      maxOutput: try integer("cap"),
      arguments: try list(of: UInt32.self, minimumBytes: 4) { reader throws(LinkError) in
        try reader.text("argument")
      },
      inputs: try list(of: UInt16.self, minimumBytes: 2) { reader throws(LinkError) in
        Assignment.Input(
          pass: try reader.pass(),
          bytes: try reader.optional { reader throws(LinkError) in try reader.bytes("input") })
      },
      grace: try duration(), settings: try settings(),
      secrets: try list(of: UInt16.self, minimumBytes: 5) { reader throws(LinkError) in try reader.secret() })
  }

  private mutating func secret() throws(LinkError) -> Assignment.Secret {
    let code: UInt8 = try integer("place")
    guard let place = SecretPlace(code == 0 ? try text("variable") : "\(code)"),
      let value = SecretValue(Array(buffer: try bytes("secret")))
    else { throw .malformed("a secret") }
    return Assignment.Secret(place: place, value: value)
  }

  private mutating func settings() throws(LinkError) -> LaunchSettings {
    let variables = try list(of: UInt32.self, minimumBytes: 8) { reader throws(LinkError) in
      (try reader.text("variable"), try reader.text("value"))
    }
    let nice = try optional { reader throws(LinkError) in try reader.integer("nice value") as Int32 }
    let openFiles = try optional { reader throws(LinkError) in try reader.integer("limit") as Int64 }
    let memory = try optional { reader throws(LinkError) in try reader.integer("limit") as Int64 }
    let cpu = try optional { reader throws(LinkError) in try reader.duration() }
    let processes = try optional { reader throws(LinkError) in try reader.integer("limit") as Int64 }
    return LaunchSettings(
      environment: Dictionary(variables) { _, last in last }, nice: nice.map { Int($0) },
      limits: Limits(
        openFiles: openFiles.map { Int($0) }, memory: memory,
        cpu: cpu.flatMap { Timespan(milliseconds: $0.wholeMilliseconds) },
        processes: processes.map { Int($0) }),
      user: try optional { reader throws(LinkError) in try reader.text("user") })
  }

  private mutating func finish() throws(LinkError) -> Finish {
    let fence = try fence()
    let code: Int16 = try integer("verdict")
    guard let verdict = Outcome.Verdict(rawValue: code) else { throw .malformed("verdict \(code)") }
    let outcome = Outcome(
      verdict: verdict,
      exitCode: try optional { reader throws(LinkError) in try reader.integer("exit code") },
      signal: try optional { reader throws(LinkError) in try reader.integer("signal") },
      reason: try optional { reader throws(LinkError) in try reader.text("reason") },
      duration: try duration(), cpuMicroseconds: try integer("cpu"), peakMemoryKiB: try integer("memory"))
    return Finish(
      fence: fence, outcome: outcome, resultBytes: try integer("size"), errorBytes: try integer("size"),
      isCut: try flag(), result: try optional { reader throws(LinkError) in try reader.bytes("result") })
  }

  private mutating func integer<T: FixedWidthInteger>(_ what: String) throws(LinkError) -> T {
    guard let value = buffer.readInteger(as: T.self) else { throw .malformed("\(what) is cut off") }
    return value
  }

  private mutating func bytes(_ what: String) throws(LinkError) -> ByteBuffer {
    let length: UInt32 = try integer(what)
    guard let slice = buffer.readSlice(length: Int(length)) else { throw .malformed("\(what) is cut off") }
    return slice
  }

  private mutating func text(_ what: String) throws(LinkError) -> String {
    let slice = try bytes(what)
    guard let text = String(validating: slice.readableBytesView, as: UTF8.self) else {
      throw .malformed("\(what) is not UTF-8")
    }
    // Valid UTF-8, but no text of PostgreSQL and no argument of a program.
    guard !text.utf8.contains(0) else { throw .malformed("\(what) holds a NUL byte") }
    return text
  }

  private mutating func flag() throws(LinkError) -> Bool {
    let code: UInt8 = try integer("flag")
    guard code <= 1 else { throw .malformed("flag \(code)") }
    return code == 1
  }

  private mutating func duration() throws(LinkError) -> Duration {
    .nanoseconds(try integer("duration") as Int64)
  }

  private mutating func nonce() throws(LinkError) -> Nonce {
    Nonce(high: try integer("nonce"), low: try integer("nonce"))
  }

  private mutating func fence() throws(LinkError) -> Fence {
    Fence(taskRun: TaskRunID(try integer("task run")), attempt: try integer("attempt"), nonce: try nonce())
  }

  private mutating func stream() throws(LinkError) -> OutputStream {
    let code: UInt8 = try integer("stream")
    guard let stream = OutputStream(rawValue: code) else { throw .malformed("stream \(code)") }
    return stream
  }

  private mutating func want() throws(LinkError) -> Want {
    let code: UInt8 = try integer("want")
    guard let want = Want(rawValue: code) else { throw .malformed("want \(code)") }
    return want
  }

  private mutating func pass() throws(LinkError) -> LinkDefinition.Pass {
    let code: UInt8 = try integer("pass")
    guard let pass = LinkDefinition.Pass.allCases.first(where: { $0.code == code }), pass != .none else {
      throw .malformed("pass \(code)")
    }
    return pass
  }

  private mutating func optional<T>(
    _ read: (inout FrameReader) throws(LinkError) -> T
  ) throws(LinkError) -> T? {
    try flag() ? try read(&self) : nil
  }

  /// - Parameter minimumBytes: what the smallest item takes; a count that cannot fit is refused
  ///   before anything is reserved for it.
  private mutating func list<T, Count: FixedWidthInteger>(
    of count: Count.Type, minimumBytes: Int, _ read: (inout FrameReader) throws(LinkError) -> T
  ) throws(LinkError) -> [T] {
    let count = Int(try integer("count") as Count)
    guard count * minimumBytes <= buffer.readableBytes else { throw .malformed("count \(count)") }
    var items: [T] = []
    items.reserveCapacity(count)
    for _ in 0..<count { items.append(try read(&self)) }
    return items
  }
}

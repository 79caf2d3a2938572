internal import NIOCore
internal import ZmeyCore

/// Frames to bytes. Integers are big-endian; a string or a piece of bytes is its length (4 bytes) and
/// itself; an optional is a byte 0 or 1 before it; a duration is whole nanoseconds.
extension ByteBuffer {
  mutating func write(_ frame: Frame) {
    switch frame {
    case .hello(let hello):
      writeKind(.hello)
      writeInteger(hello.versions.lowerBound)
      writeInteger(hello.versions.upperBound)
      writeText(hello.worker)
      writeNonce(hello.incarnation)
      writeText(hello.host)
      writeText(hello.release)
      writeInteger(UInt32(hello.attempts.count))
      hello.attempts.forEach { writeFence($0) }
      writeOptional(hello.token) { $0.writeBytes(ByteBuffer(bytes: $1.bytes)) }
    case .welcome(let welcome):
      writeKind(.welcome)
      writeInteger(welcome.version)
      writeInteger(welcome.slots)
      writeDuration(welcome.lease)
    case .refuse(let reason):
      writeKind(.refuse)
      writeText(reason)
    case .script(let sha256, let body):
      writeKind(.script)
      writeBytes(sha256)
      writeBytes(body)
    case .assign(let assignment):
      writeKind(.assign)
      writeAssignment(assignment)
    case .input(let fence, let index, let bytes, let isLast):
      writeKind(.input)
      writeFence(fence)
      writeInteger(index)
      writeBytes(bytes)
      writeFlag(isLast)
    case .running(let fence, let age):
      writeKind(.running)
      writeFence(fence)
      writeDuration(age)
    case .output(let fence, let chunk, let stream, let bytes):
      writeKind(.output)
      writeFence(fence)
      writeInteger(chunk)
      writeInteger(stream.rawValue)
      writeBytes(bytes)
    case .finished(let finish):
      writeKind(.finished)
      writeFinish(finish)
    case .outputStored(let fence, let chunk):
      writeKind(.outputStored)
      writeFence(fence)
      writeInteger(chunk)
    case .settled(let fence):
      writeKind(.settled)
      writeFence(fence)
    case .want(let fence, let want):
      writeKind(.want)
      writeFence(fence)
      writeInteger(want.rawValue)
    case .observed(let fence, let isPaused, let age):
      writeKind(.observed)
      writeFence(fence)
      writeFlag(isPaused)
      writeDuration(age)
    case .kill(let fence, let reason):
      writeKind(.kill)
      writeFence(fence)
      writeText(reason)
    case .progress(let fence, let percent):
      writeKind(.progress)
      writeFence(fence)
      writeInteger(percent)
    case .ping(let load):
      writeKind(.ping)
      writeOptional(load) { $0.writeInteger($1) }
    case .pong:
      writeKind(.pong)
    case .leaving:
      writeKind(.leaving)
    }
  }

  private mutating func writeAssignment(_ assignment: Assignment) {
    writeFence(assignment.fence)
    writeInteger(assignment.run.rawValue)
    writeText(assignment.name)
    writeText(assignment.pipeline)
    writeText(assignment.owner)
    writeBytes(assignment.script)
    writeOptional(assignment.maximum) { $0.writeDuration($1) }
    writeInteger(assignment.maxOutput)
    writeInteger(UInt32(assignment.arguments.count))
    assignment.arguments.forEach { writeText($0) }
    writeInteger(UInt16(assignment.inputs.count))
    for input in assignment.inputs {
      writeInteger(input.pass.code)
      writeOptional(input.bytes) { $0.writeBytes($1) }
    }
    writeDuration(assignment.grace)
    writeSettings(assignment.settings)
    writeInteger(UInt16(assignment.secrets.count))
    for secret in assignment.secrets {
      switch secret.place {
      case .variable(let name):
        writeInteger(UInt8(0))
        writeText(name)
      case .descriptor(let number): writeInteger(UInt8(number))
      }
      writeBytes(ByteBuffer(bytes: secret.value.bytes))
    }
  }

  private mutating func writeSettings(_ settings: LaunchSettings) {
    writeInteger(UInt32(settings.environment.count))
    for (name, value) in settings.environment {
      writeText(name)
      writeText(value)
    }
    writeOptional(settings.nice) { $0.writeInteger(Int32(clamping: $1)) }
    writeOptional(settings.limits.openFiles) { $0.writeInteger(Int64($1)) }
    writeOptional(settings.limits.memory) { $0.writeInteger($1) }
    writeOptional(settings.limits.cpu) { $0.writeDuration($1.duration) }
    writeOptional(settings.limits.processes) { $0.writeInteger(Int64($1)) }
    writeOptional(settings.user) { $0.writeText($1) }
  }

  private mutating func writeFinish(_ finish: Finish) {
    writeFence(finish.fence)
    writeInteger(finish.outcome.verdict.rawValue)
    writeOptional(finish.outcome.exitCode) { $0.writeInteger($1) }
    writeOptional(finish.outcome.signal) { $0.writeInteger($1) }
    writeOptional(finish.outcome.reason) { $0.writeText($1) }
    writeDuration(finish.outcome.duration)
    writeInteger(finish.outcome.cpuMicroseconds)
    writeInteger(finish.outcome.peakMemoryKiB)
    writeInteger(finish.resultBytes)
    writeInteger(finish.errorBytes)
    writeFlag(finish.isCut)
    writeOptional(finish.result) { $0.writeBytes($1) }
  }

  private mutating func writeKind(_ kind: FrameKind) { writeInteger(kind.rawValue) }
  private mutating func writeFlag(_ flag: Bool) { writeInteger(UInt8(flag ? 1 : 0)) }
  private mutating func writeDuration(_ duration: Duration) { writeInteger(duration.wholeNanoseconds) }

  private mutating func writeText(_ text: String) {
    writeInteger(UInt32(text.utf8.count))
    writeString(text)
  }

  private mutating func writeBytes(_ bytes: ByteBuffer) {
    writeInteger(UInt32(bytes.readableBytes))
    writeImmutableBuffer(bytes)
  }

  private mutating func writeNonce(_ nonce: Nonce) {
    writeInteger(nonce.high)
    writeInteger(nonce.low)
  }

  private mutating func writeFence(_ fence: Fence) {
    writeInteger(fence.taskRun.rawValue)
    writeInteger(fence.attempt)
    writeNonce(fence.nonce)
  }

  private mutating func writeOptional<T>(_ value: T?, _ write: (inout ByteBuffer, T) -> Void) {
    writeFlag(value != nil)
    if let value { write(&self, value) }
  }
}

/// The first byte of a frame. Numbers are never used again for something else.
enum FrameKind: UInt8, CaseIterable {
  case hello = 1
  case welcome = 2
  case refuse = 3
  case script = 4
  case assign = 5
  case input = 6
  case running = 7
  case output = 8
  case finished = 9
  case outputStored = 10
  case settled = 11
  case kill = 12
  case ping = 13
  case pong = 14
  case leaving = 15
  case progress = 16
  case want = 17
  case observed = 18
}

extension LinkDefinition.Pass {
  var code: UInt8 {
    switch self {
    case .none: 0
    case .argument: 1
    case .stdin: 2
    case .env: 3
    }
  }
}

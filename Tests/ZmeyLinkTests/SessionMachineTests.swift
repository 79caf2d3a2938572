import NIOCore
import Testing
import ZmeyCore

@testable import ZmeyLink

@Suite struct SessionMachineTests {
  private static let start = Instant(nanoseconds: 1_000_000_000)
  private static let fence = Fence(taskRun: TaskRunID(1), attempt: 1, nonce: Nonce(high: 1, low: 2))
  private static let hello = Frame.hello(
    Hello(worker: "w", incarnation: Nonce(high: 1, low: 1), host: "h", release: "1", attempts: []))
  private static let welcome = Frame.welcome(Welcome(version: 1, slots: 4, lease: .seconds(100)))

  private func frame(_ kind: FrameKind) -> Frame {
    var random = SplitMix(seed: UInt64(kind.rawValue))
    return random.frame(kind)
  }

  private func session(_ role: SessionMachine.Role, isOpen: Bool) -> SessionMachine {
    var machine = SessionMachine(
      role: role, silence: .seconds(30), pingEvery: .seconds(5), greeting: .seconds(60), now: Self.start)
    if isOpen { _ = machine.received(role == .worker ? Self.welcome : Self.hello, at: Self.start) }
    return machine
  }

  @Test("A scheduler is greeted by a hello and nothing else", arguments: FrameKind.allCases)
  func greetingOfScheduler(kind: FrameKind) {
    let frame = frame(kind)
    var machine = session(.scheduler, isOpen: false)
    let actions = machine.received(frame, at: Self.start)
    if case .hello = frame {
      #expect(actions == [.deliver(frame)])
    } else {
      #expect(actions == [.close(.unexpected("\(frame.kind) before the greeting"))])
    }
  }

  @Test("A worker is greeted by a welcome or refused, and nothing else", arguments: FrameKind.allCases)
  func greetingOfWorker(kind: FrameKind) {
    let frame = frame(kind)
    var machine = session(.worker, isOpen: false)
    let actions = machine.received(frame, at: Self.start)
    switch frame {
    case .welcome: #expect(actions == [.deliver(frame)])
    case .refuse(let reason): #expect(actions == [.close(.refused(reason))])
    default: #expect(actions == [.close(.unexpected("\(frame.kind) before the greeting"))])
    }
  }

  @Test(
    "Each side says only what is its own to say", arguments: FrameKind.allCases,
    [SessionMachine.Role.scheduler, .worker])
  func roles(kind: FrameKind, role: SessionMachine.Role) {
    let frame = frame(kind)
    var machine = session(role, isOpen: true)
    let actions = machine.received(frame, at: Self.start)
    if frame.isGreeting || frame.speaker == role {
      #expect(actions == [.close(.unexpected(frame.kind))])
    } else if case .ping = frame {
      #expect(actions == [.send(.pong), .deliver(frame)])
    } else {
      #expect(actions == [.deliver(frame)])
    }
  }

  @Test("Nothing is delivered after a session has closed", arguments: FrameKind.allCases)
  func closed(kind: FrameKind) {
    let frame = frame(kind)
    var machine = session(.scheduler, isOpen: true)
    _ = machine.received(Self.welcome, at: Self.start)
    #expect(machine.received(frame, at: Self.start).isEmpty)
    #expect(machine.tick(at: Self.start + .seconds(1000)).isEmpty)
  }

  @Test(
    "A silent peer is given up, greeted or not", arguments: [SessionMachine.Role.scheduler, .worker],
    [false, true])
  func silence(role: SessionMachine.Role, isOpen: Bool) {
    var machine = session(role, isOpen: isOpen)
    #expect(!machine.tick(at: Self.start + .seconds(30)).contains(.close(.silent(.seconds(30)))))
    #expect(machine.tick(at: Self.start + .seconds(31)) == [.close(.silent(.seconds(30)))])
  }

  @Test("A short lease makes a worker ping and give up sooner")
  func shortLease() {
    var machine = session(.worker, isOpen: false)
    _ = machine.received(.welcome(Welcome(version: 1, slots: 4, lease: .seconds(8))), at: Self.start)
    #expect(machine.tick(at: Self.start) == [.ping])
    #expect(machine.nextDeadline == Self.start + .seconds(2))
    #expect(machine.tick(at: Self.start + .seconds(2)) == [.ping])
    #expect(machine.tick(at: Self.start + .seconds(5)) == [.close(.silent(.seconds(4)))])
  }

  @Test("A greeting that is not over in time ends the session; one that is does not")
  func lateGreeting() {
    var machine = SessionMachine(
      role: .scheduler, silence: .seconds(30), pingEvery: .seconds(5), greeting: .seconds(10), now: Self.start
    )
    #expect(machine.nextDeadline == Self.start + .seconds(10))
    var other = machine
    #expect(machine.tick(at: Self.start + .seconds(10)) == [.close(.late(.seconds(10)))])
    _ = other.received(Self.hello, at: Self.start + .seconds(9))
    #expect(other.tick(at: Self.start + .seconds(20)) == [])
    #expect(other.nextDeadline == Self.start + .seconds(39) + .nanoseconds(1))
  }

  @Test("Every frame ends the silence")
  func heard() {
    var machine = session(.scheduler, isOpen: true)
    _ = machine.received(.ping(load: nil), at: Self.start + .seconds(29))
    #expect(machine.tick(at: Self.start + .seconds(58)).isEmpty)
    #expect(machine.tick(at: Self.start + .seconds(60)) == [.close(.silent(.seconds(30)))])
  }

  @Test("A worker pings as soon as it is greeted, and then once a period")
  func ping() {
    var machine = session(.worker, isOpen: false)
    #expect(machine.tick(at: Self.start + .seconds(6)).isEmpty)
    _ = machine.received(Self.welcome, at: Self.start + .seconds(6))
    #expect(machine.nextDeadline == Self.start + .seconds(6))
    #expect(machine.tick(at: Self.start + .seconds(6)) == [.ping])
    #expect(machine.tick(at: Self.start + .seconds(10)).isEmpty)
    #expect(machine.tick(at: Self.start + .seconds(11)) == [.ping])
    var scheduler = session(.scheduler, isOpen: true)
    #expect(scheduler.tick(at: Self.start + .seconds(10)).isEmpty)
  }

  @Test("Versions meet at the newest that both speak")
  func versions() {
    let newest = ProtocolVersion.spoken.upperBound
    #expect(ProtocolVersion.common(newest...(newest + 1)) == newest)
    #expect(ProtocolVersion.common((newest + 1)...(newest + 2)) == nil)
  }
}

import Credentials
import Inspection
import Logging
import NIOCore
import NIOPosix
import Synchronization

@testable import Upstreams

func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

func address(_ ip: String, _ port: Int = 80) throws -> SocketAddress {
  try SocketAddress(ipAddress: ip, port: port)
}

func endpoint(_ ip: String = "10.0.0.1", weight: Int = 1) throws -> Endpoint {
  let origin = Upstream.Origin(host: ip, port: 80, weight: weight)
  return Endpoint(
    service: "orders", upstream: Upstream(origins: [origin]), origin: origin,
    address: try address(ip), security: nil)
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The same numbers in each run.
func randomSource(_ seed: UInt64 = 1) -> RandomSource {
  let state = Mutex(seed)
  return RandomSource {
    // SplitMix64.
    state.withLock { state in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}

/// A clock that stands still until the test lets time pass.
final class ManualClock: Sendable {
  private struct State {
    var now = NIODeadline.uptimeNanoseconds(0)
    var sleepers: [Int: (due: NIODeadline, continuation: CheckedContinuation<Bool, Never>)] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  let pauses: AsyncStream<TimeAmount>
  private let paused: AsyncStream<TimeAmount>.Continuation

  init() { (self.pauses, self.paused) = AsyncStream.makeStream() }

  var now: NIODeadline { self.state.withLock { $0.now } }

  func pause(_ time: TimeAmount) async throws {
    let number = self.state.withLock { state in
      state.next += 1
      return state.next
    }
    let passed = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCancelled = self.state.withLock { state in
          if Task.isCancelled { return true }
          state.sleepers[number] = (state.now + time, continuation)
          return false
        }
        if isCancelled { continuation.resume(returning: false) }
        self.paused.yield(time)
      }
    } onCancel: {
      self.state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation
        .resume(returning: false)
    }
    if !passed { throw CancellationError() }
  }

  func advance(by time: TimeAmount) {
    let due = self.state.withLock { state in
      state.now = state.now + time
      let now = state.now
      let due = state.sleepers.filter { $0.value.due <= now }
      for number in due.keys { state.sleepers.removeValue(forKey: number) }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume(returning: true) }
  }
}

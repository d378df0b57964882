import ControlPlane
import Distribution
import SPIFFE
import Synchronization

/// Holds what a task leaves for the test.
final class Slot<Value: Sendable>: Sendable {
  private let state = Mutex<Value?>(nil)
  var value: Value? {
    get { self.state.withLock { $0 } }
    set { self.state.withLock { $0 = newValue } }
  }
}

/// A gateway at the other end of a session, played by the test.
struct PlayedGateway: Sendable {
  let reports: AsyncThrowingStream<GatewayReport, any Error>.Continuation
  let messages: AsyncStream<FeedMessage>

  func say(_ report: GatewayReport) { self.reports.yield(report) }

  /// The next thing that the control plane says, heartbeats left out.
  func hear() async -> FeedMessage? {
    for await message in self.messages where message != .heartbeat { return message }
    return nil
  }

  /// Hears until the wanted comes.
  func hear(_ isWanted: (FeedMessage) -> Bool) async -> FeedMessage? {
    while let message = await self.hear() {
      if isWanted(message) { return message }
    }
    return nil
  }

  /// Acknowledges whatever the newest revision is, once.
  func acknowledgeNext() async {
    guard let message = await self.hear() else { return }
    switch message {
    case .changes(_, let revision), .snapshot(_, let revision, _):
      self.say(.acknowledged(revision: revision))
    default: break
    }
  }
}

extension PlaneFixture {
  static let gatewayID = "spiffe://example.org/gatehouse/gateway"

  /// Serves one session while the body plays the gateway.
  /// - Returns: the error that the session ended with, if it did before the body was over.
  @discardableResult
  func withGateway(
    _ name: String = Self.gatewayID, isAdmitted: Bool = true,
    _ body: @escaping @Sendable (PlayedGateway) async throws -> Void
  ) async throws -> (any Error)? {
    let id = try SPIFFEID(parsing: name)
    if isAdmitted { self.plane.admission.admit(id) }
    let (incoming, reports) = AsyncThrowingStream<GatewayReport, any Error>.makeStream()
    let (messages, told) = AsyncStream<FeedMessage>.makeStream()
    let session = GatewaySession(incoming: incoming) { told.yield($0) }
    let ended = Slot<any Error>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        do {
          try await self.plane.feed.serve(session, gateway: id)
        } catch {
          ended.value = error
        }
        told.finish()
      }
      group.addTask {
        defer { reports.finish() }
        try await body(PlayedGateway(reports: reports, messages: messages))
      }
      try await group.waitForAll()
    }
    return ended.value
  }
}

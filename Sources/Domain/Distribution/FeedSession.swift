package import SPIFFE

/// One end of an open link, seen from either side.
package struct FeedLink<Incoming: Sendable, Outgoing: Sendable>: Sendable {
  /// What the other side says; ends when it leaves, throws when the link breaks.
  package let incoming: AsyncThrowingStream<Incoming, any Error>
  /// Says something to the other side; suspends while it cannot take more.
  package let send: @Sendable (Outgoing) async throws -> Void

  package init(
    incoming: AsyncThrowingStream<Incoming, any Error>,
    send: @escaping @Sendable (Outgoing) async throws -> Void
  ) {
    self.incoming = incoming
    self.send = send
  }
}

/// The server's side of a session with one gateway.
package typealias GatewaySession = FeedLink<GatewayReport, FeedMessage>
/// The gateway's side.
package typealias ControlPlaneSession = FeedLink<FeedMessage, GatewayReport>

/// Serves sessions: the transport authenticates the gateway and calls this once for each.
package protocol GatewayFeed: Sendable {
  /// Returns when the session is over; throws when the gateway may not have one.
  func serve(_ session: GatewaySession, gateway: SPIFFEID) async throws
}

/// Opens sessions with the control plane.
package protocol ControlPlaneLink: Sendable {
  /// Opens one session and runs the body over it; returns or throws when the session is over.
  func withSession(
    _ body: @escaping @Sendable (ControlPlaneSession) async throws -> Void
  ) async throws
}

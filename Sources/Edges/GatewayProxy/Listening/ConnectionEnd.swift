import Gateway
import Synchronization

/// Why a connection of a client ended: what was said first counts, and if nobody said anything, it was
/// the client.
final class ConnectionEnd: Sendable {
  private static let unsaid = -1
  private let counter = Atomic<Int>(unsaid)

  func note(_ counter: GatewayCounter) {
    _ = self.counter.compareExchange(
      expected: Self.unsaid, desired: counter.rawValue, ordering: .relaxed)
  }

  var reason: GatewayCounter {
    GatewayCounter(rawValue: self.counter.load(ordering: .relaxed)) ?? .closedByClient
  }
}

extension AbortReason {
  /// Of a connection that ends with its request.
  var connectionEnd: GatewayCounter {
    switch self {
    case .revoked, .expired: .closedRevoked
    case .clientStalled: .closedTimedOut
    case .gatewayStopped: .closedDraining
    case .clientGone: .closedByClient
    default: .closedBroken
    }
  }
}

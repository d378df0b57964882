import GRPCCore
import NodeAgent
import Synchronization

/// One open connection and the process that the kernel names as its peer.
final class PeerConnection: Sendable {
  let number: UInt64
  let uid: UInt32
  /// What serves the process.
  let session: PeerSession

  init(number: UInt64, uid: UInt32, session: PeerSession) {
    self.number = number
    self.uid = uid
    self.session = session
  }
}

/// The open connections, and how many calls and connections each user has.
final class PeerConnections: Sendable {
  private struct State {
    var nextNumber: UInt64 = 0
    var open: [UInt64: PeerConnection] = [:]
    var connections: [UInt32: Int] = [:]
    var calls: [UInt32: Int] = [:]
  }

  private let state = Mutex(State())
  private let limits: WorkloadAPILimits

  init(limits: WorkloadAPILimits) {
    self.limits = limits
  }

  /// A number for a connection, or `nil` when the user has as many as it may.
  func admit(_ uid: UInt32) -> UInt64? {
    self.state.withLock { state in
      let count = state.connections[uid, default: 0]
      guard count < self.limits.connectionsPerUser else { return nil }
      state.connections[uid] = count + 1
      state.nextNumber &+= 1
      return state.nextNumber
    }
  }

  func open(_ connection: PeerConnection) {
    self.state.withLock { $0.open[connection.number] = connection }
  }

  func close(_ number: UInt64, of uid: UInt32) {
    // The connection is let go outside the lock.
    _ = self.state.withLock { state in
      Self.decrement(&state.connections, uid)
      return state.open.removeValue(forKey: number)
    }
  }

  /// Counts a call of the connection's user for as long as the returned value is kept.
  func beginCall(on number: UInt64) -> PeerCall? {
    let connection = self.state.withLock { $0.open[number] }
    guard let connection else { return nil }
    let isAdmitted = self.state.withLock { state in
      let count = state.calls[connection.uid, default: 0]
      guard count < self.limits.callsPerUser else { return false }
      state.calls[connection.uid] = count + 1
      return true
    }
    return PeerCall(connection: connection, isAdmitted: isAdmitted, connections: self)
  }

  fileprivate func endCall(of uid: UInt32) {
    self.state.withLock { Self.decrement(&$0.calls, uid) }
  }

  private static func decrement(_ counts: inout [UInt32: Int], _ uid: UInt32) {
    let count = counts[uid, default: 0]
    counts[uid] = count > 1 ? count - 1 : nil
  }
}

/// A call in progress: what a handler finds in its context.
final class PeerCall: ServerContext.TransportSpecific {
  let connection: PeerConnection
  /// Whether the user had fewer calls in progress than it may.
  let isAdmitted: Bool
  private let connections: PeerConnections

  init(connection: PeerConnection, isAdmitted: Bool, connections: PeerConnections) {
    self.connection = connection
    self.isAdmitted = isAdmitted
    self.connections = connections
  }

  deinit {
    if self.isAdmitted { self.connections.endCall(of: self.connection.uid) }
  }
}

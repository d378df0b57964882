import HTTPMessages
import Inspection
import NIOCore
import Upstreams

/// Why a service did not answer.
enum UpstreamFailure: Hashable {
  case unreachable
  /// The connection that somebody else waited for failed, and was accounted for there.
  case alsoUnreachable
  case connectTimeout
  /// TLS could not be agreed on, or the endpoint is not who it must be.
  case handshake
  case noCapacity
  /// The connection ended before a byte of the answer came.
  case closedEarly
  /// What came is no answer.
  case malformed
  /// The answer, or the taking of the request, ended before it was complete.
  case brokenOff
  /// No address of the service is known.
  case unresolved

  /// What it says about the endpoint; `nil` for nothing.
  var kind: FailureKind? {
    switch self {
    case .unreachable, .alsoUnreachable: .refused
    case .handshake: .handshake
    case .connectTimeout: .connectTimeout
    case .noCapacity, .unresolved: nil
    case .closedEarly, .brokenOff: .closed
    case .malformed: .malformed
    }
  }
}

/// Who uses a connection to a service, for one request.
protocol UpstreamUser: AnyObject {
  /// - Parameter isReused: whether it has answered before, so that it may have been closed meanwhile.
  func connected(_ connection: UpstreamConnection, isReused: Bool)
  func notConnected(_ failure: UpstreamFailure)
  /// The head of the answer; interim ones are not told.
  func responded(_ response: ReceivedResponse)
  func responseContent(_ bytes: ByteBuffer)
  /// Everything that has come was told.
  func responsePaused()
  /// The answer is complete.
  func responseEnded()
  /// The connection is of no use any more.
  func failed(_ failure: UpstreamFailure)
  func upstreamBecameWritable()
}

extension Refusal {
  init(_ failure: UpstreamFailure) {
    switch failure {
    case .unreachable, .alsoUnreachable, .handshake: self = .unreachable
    case .unresolved: self = .unresolved
    case .connectTimeout: self = .timeout
    case .noCapacity: self = .noCapacity
    case .closedEarly, .malformed, .brokenOff: self = .broken
    }
  }
}

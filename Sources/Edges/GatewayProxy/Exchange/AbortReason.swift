import Credentials

/// Why a request ends before its answer does.
enum AbortReason: String {
  case clientGone = "client-gone"
  case clientStalled = "client-stalled"
  case revoked = "credential-revoked"
  case responseBroken = "response-broken"
  case gatewayStopped = "gateway-stopped"
  case tookTooLong = "took-too-long"

  /// For the event of the request.
  var reason: Reason { Reason(code: self.rawValue, message: self.message) }

  private var message: String {
    switch self {
    case .clientGone: "the client closed the connection"
    case .clientStalled: "the client took nothing more of the answer"
    case .revoked: "the credential was revoked while the request was under way"
    case .responseBroken: "the response ended before it was complete"
    case .gatewayStopped: "the gateway stopped before the answer was complete"
    case .tookTooLong: "the request took longer than requests may take in all"
    }
  }
}

import Credentials
import Inspection

/// Why a request ends before its answer does.
enum AbortReason: String {
  case bodyTimeout = "body-timeout"
  case bodyTooLarge = "body-too-large"
  case bodyMalformed = "body-malformed"
  case clientGone = "client-gone"
  case clientStalled = "client-stalled"
  case revoked = "credential-revoked"
  case expired = "credential-expired"
  case responseBroken = "response-broken"
  case gatewayStopped = "gateway-stopped"
  case tookTooLong = "took-too-long"

  /// Why content cannot be taken to its end when its answer has begun.
  init(body refusal: Refusal) {
    switch refusal {
    case .bodyTimeout: self = .bodyTimeout
    case .bodyTooLarge: self = .bodyTooLarge
    default: self = .bodyMalformed
    }
  }

  /// For the event of the request.
  var reason: Reason { Reason(code: self.rawValue, message: self.message) }

  private var message: String {
    switch self {
    case .bodyTimeout: "the request's content did not come in time"
    case .bodyTooLarge: "the request's content was larger than allowed"
    case .bodyMalformed: "the request's content was not framed as it must be"
    case .clientGone: "the client closed the connection"
    case .clientStalled: "the client took nothing more of the answer"
    case .expired: "the credential expired while the request was under way"
    case .revoked: "the credential was revoked while the request was under way"
    case .responseBroken: "the response ended before it was complete"
    case .gatewayStopped: "the gateway stopped before the answer was complete"
    case .tookTooLong: "the request took longer than requests may take in all"
    }
  }
}

/// Which failed requests may be sent once more.
///
/// Sent again is what the service cannot have taken up: a request for which there was no connection, and
/// one with an idempotent method (RFC 9110 section 9.2.2) on a connection that had been kept and was
/// closed before a byte of a response, as it happens when a service closes idle connections. Nothing
/// is sent again once a byte of a response has come.
package struct RetryRule: Hashable, Sendable {
  /// How often one request may be sent again.
  package let maximum: Int

  package init(maximum: Int) {
    self.maximum = maximum
  }

  /// One attempt that failed.
  package struct Attempt: Hashable, Sendable {
    package var failure: FailureKind
    /// The request's method, as it was sent.
    package var method: String
    /// Whether the connection had served another request before.
    package var isReusedConnection: Bool
    /// Whether any byte of the request was given to the connection.
    package var wroteRequest: Bool
    /// Whether the whole content can be sent once more: there is none, or none of it was let go.
    package var bodyCanBeSentAgain: Bool
    package var sawResponseBytes: Bool
    /// How often this request was sent again already.
    package var retriesMade: Int

    package init(
      failure: FailureKind, method: String, isReusedConnection: Bool, wroteRequest: Bool,
      bodyCanBeSentAgain: Bool, sawResponseBytes: Bool, retriesMade: Int
    ) {
      self.failure = failure
      self.method = method
      self.isReusedConnection = isReusedConnection
      self.wroteRequest = wroteRequest
      self.bodyCanBeSentAgain = bodyCanBeSentAgain
      self.sawResponseBytes = sawResponseBytes
      self.retriesMade = retriesMade
    }
  }

  package func allows(_ attempt: Attempt) -> Bool {
    guard attempt.retriesMade < self.maximum, !attempt.sawResponseBytes,
      attempt.bodyCanBeSentAgain
    else { return false }
    switch attempt.failure {
    case .refused, .connectTimeout, .handshake: return !attempt.wroteRequest
    case .closed:
      guard attempt.wroteRequest else { return true }
      return attempt.isReusedConnection && Self.isIdempotent(attempt.method)
    case .responseTimeout, .malformed, .gatewayStatus: return false
    }
  }

  /// Methods are case-sensitive (RFC 9110 section 9.1). TRACE is left out: nobody forwards it.
  package static func isIdempotent(_ method: String) -> Bool {
    switch method {
    case "GET", "HEAD", "OPTIONS", "PUT", "DELETE": true
    default: false
    }
  }
}

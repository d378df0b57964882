/// One event of a gateway's log on its way to the server, with its place in that log.
package struct ShippedEvent: Hashable, Sendable {
  /// Grows with each event of the log; says where to go on after a reconnection.
  package let position: Int64
  /// The event as the log holds it: one line of JSON.
  package let line: [UInt8]

  package init(position: Int64, line: [UInt8]) {
    self.position = position
    self.line = line
  }
}

/// A credential that a gateway verified for the first time.
package struct SeenCredential: Hashable, Sendable {
  package let id: String
  /// 64 hexadecimal digits.
  package let digest: String
  package let keyID: String
  package let workload: String
  package let requestID: String
  /// Unix seconds; from then on the credential is refused anyhow.
  package let expiresAt: Int64

  package init(
    id: String, digest: String, keyID: String, workload: String, requestID: String,
    expiresAt: Int64
  ) {
    self.id = id
    self.digest = digest
    self.keyID = keyID
    self.workload = workload
    self.requestID = requestID
    self.expiresAt = expiresAt
  }
}

/// What a gateway tells the control plane. A session begins with `hello`.
package enum GatewayReport: Hashable, Sendable {
  /// Who is there, and the log that it writes. `logPublicKey` is a signed-note verifier key.
  case hello(name: String, logOrigin: String, logPublicKey: String)
  /// The gateway decides by this revision from now on.
  case acknowledged(revision: Int64)
  /// Events of the gateway's log, in order.
  case events([ShippedEvent])
  /// The newest signed checkpoint of the gateway's log.
  case checkpoint(text: String)
  /// Credentials that were seen for the first time, to be compared with the issuing log.
  case seen([SeenCredential])
  /// Every event up to the flush request has been sent.
  case flushed(id: UInt64)
  /// The gateway could not use what it was told and goes on with what it had.
  case rejected(revision: Int64, reason: String)
}

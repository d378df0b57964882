import StrictJSON

/// A certificate authority of the trust domain, public part.
package struct AuthorityRecord: Hashable, Sendable {
  /// The root certificate, DER in base64url.
  package var certificate: String
  /// Unix seconds.
  package var notAfter: Int64

  package init(certificate: String, notAfter: Int64) {
    self.certificate = certificate
    self.notAfter = notAfter
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let reader = try RecordReader(bytes)
    self.certificate = try reader.string("certificate")
    self.notAfter = try reader.integer("notAfter")
  }

  package var bytes: [UInt8] {
    JSONValue.object([
      "certificate": .string(self.certificate), "notAfter": .integer(self.notAfter),
    ]).serialized()
  }
}

/// A workload to which nothing is issued.
package struct SuspensionRecord: Hashable, Sendable {
  package var reason: String
  package var by: String
  /// RFC 3339.
  package var time: String

  package init(reason: String, by: String, time: String) {
    self.reason = reason
    self.by = by
    self.time = time
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let reader = try RecordReader(bytes)
    self.reason = try reader.string("reason")
    self.by = try reader.string("by")
    self.time = try reader.string("time")
  }

  package var bytes: [UInt8] {
    JSONValue.object([
      "reason": .string(self.reason), "by": .string(self.by), "time": .string(self.time),
    ]).serialized()
  }
}

/// A gateway that has been connected, and the log that it writes.
package struct GatewayRecord: Hashable, Sendable {
  package var logOrigin: String
  /// A signed-note verifier key.
  package var logPublicKey: String

  package init(logOrigin: String, logPublicKey: String) {
    self.logOrigin = logOrigin
    self.logPublicKey = logPublicKey
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let reader = try RecordReader(bytes)
    self.logOrigin = try reader.string("logOrigin")
    self.logPublicKey = try reader.string("logPublicKey")
  }

  package var bytes: [UInt8] {
    JSONValue.object([
      "logOrigin": .string(self.logOrigin), "logPublicKey": .string(self.logPublicKey),
    ]).serialized()
  }
}

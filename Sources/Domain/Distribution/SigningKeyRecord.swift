package import StrictJSON

/// The public half of a signing key, as verifiers are told it.
package struct SigningKeyRecord: Hashable, Sendable {
  /// Which of the sets it belongs to; keys are never shared between them.
  package enum KeySet: String, Hashable, Sendable, CaseIterable {
    case accessToken = "access-token"
    case jwtSVID = "jwt-svid"
  }
  package var set: KeySet
  /// `published`, `active`, `retired` or `revoked`.
  package var phase: String
  /// Unix seconds at which the phase began.
  package var since: Int64
  /// The public JWK (RFC 7517).
  package var jwk: JSONObject

  private static let phases: Set<String> = ["published", "active", "retired", "revoked"]

  package init(set: KeySet, phase: String, since: Int64, jwk: JSONObject) {
    self.set = set
    self.phase = phase
    self.since = since
    self.jwk = jwk
  }

  package init(bytes: [UInt8]) throws(UnreadableRecord) {
    let reader = try RecordReader(bytes)
    guard let set = KeySet(rawValue: try reader.string("set")) else {
      throw UnreadableRecord("a signing key belongs to an unknown set")
    }
    self.set = set
    self.phase = try reader.string("phase")
    guard Self.phases.contains(self.phase) else {
      throw UnreadableRecord("a signing key is in an unknown phase")
    }
    self.since = try reader.integer("since")
    self.jwk = try reader.object("jwk")
  }

  package var bytes: [UInt8] {
    JSONValue.object([
      "set": .string(self.set.rawValue), "phase": .string(self.phase),
      "since": .integer(self.since), "jwk": .object(self.jwk),
    ]).serialized()
  }
}

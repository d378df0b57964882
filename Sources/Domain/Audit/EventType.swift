/// The kinds of event. A kind that this version does not know keeps its name.
package enum EventType: Hashable, Sendable {
  case attestationRefused
  case credentialIssued, credentialDelivered, credentialRefused, credentialRevoked
  case credentialRestored
  case requestAllowed, requestRefused
  case limitExceeded
  case detectionRaised
  case recordChanged
  case keyCreated, keyActivated, keyRetired, keyRemoved, keyRevoked
  case logAnchored
  case unknown(String)

  private static let names: [(EventType, String)] = [
    (.attestationRefused, "attestation.refused"),
    (.credentialIssued, "credential.issued"),
    (.credentialDelivered, "credential.delivered"),
    (.credentialRefused, "credential.refused"),
    (.credentialRevoked, "credential.revoked"),
    (.credentialRestored, "credential.restored"),
    (.requestAllowed, "request.allowed"),
    (.requestRefused, "request.refused"),
    (.limitExceeded, "limit.exceeded"),
    (.detectionRaised, "detection.raised"),
    (.recordChanged, "record.changed"),
    (.keyCreated, "key.created"),
    (.keyActivated, "key.activated"),
    (.keyRetired, "key.retired"),
    (.keyRemoved, "key.removed"),
    (.keyRevoked, "key.revoked"),
    (.logAnchored, "log.anchored"),
  ]
  private static let byName = Dictionary(
    names.map { ($0.1, $0.0) }, uniquingKeysWith: { first, _ in first })
  private static let byType = Dictionary(
    names.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })

  package init(name: String) {
    self = Self.byName[name] ?? .unknown(name)
  }

  package var name: String {
    if case .unknown(let name) = self { return name }
    return Self.byType[self] ?? "unknown"
  }
}

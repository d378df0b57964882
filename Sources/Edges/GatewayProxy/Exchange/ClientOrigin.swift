import HTTPMessages
import Inspection

/// Where a connection comes from, for its requests and for those they go on to.
struct ClientOrigin {
  let facts: ConnectionFacts
  /// The parameters of Forwarded (RFC 7239) that are the same for each of its requests.
  let forwarded: [UInt8]

  init(_ facts: ConnectionFacts) {
    self.facts = facts
    let element = ForwardedElement(
      for: .address(facts.source, port: nil), proto: facts.isSecure ? "https" : "http")
    self.forwarded = Array(element.fieldValue.utf8)
  }
}

package import Audit
import Credentials
import Distribution
package import EventIndex

extension IndexedEvent {
  /// An event of a gateway's log; `nil` for a line that is not an event of a gateway.
  init?(_ shipped: ShippedEvent, log: String) {
    guard let event = AuditEvent(line: shipped.line), Self.isGateways(event.type) else {
      return nil
    }
    self.init(event, line: shipped.line, log: log, position: shipped.position)
  }

  /// What a gateway can have to tell. Never that a credential was issued or a key made: a gateway
  /// that somebody took over could otherwise vouch for what was minted elsewhere.
  private static func isGateways(_ type: EventType) -> Bool {
    switch type {
    case .requestAllowed, .requestRefused, .limitExceeded, .detectionRaised, .unknown: true
    default: false
    }
  }

  /// An event under everything that a trace may ask for.
  package init(_ event: AuditEvent, line: [UInt8], log: String, position: Int64) {
    var keys: [IndexKey] = []
    func add(_ kind: String, _ value: String?) {
      // What is longer than an index takes is no id of ours, and must not hold up what follows.
      guard let value, !value.isEmpty, value.utf8.count <= EventIndexLimits.textBytes else {
        return
      }
      keys.append(IndexKey(kind: kind, value: value))
    }
    add("workload", event.workload)
    add("credential", event.credential?.id)
    add("digest", event.credential?.digest)
    add("parent", event.credential?.parent)
    add("key", event.credential?.keyID)
    add("node", event.evidence?.node)
    add("request", event.request?.requestID)
    add("trace", event.request?.traceID)
    add("service", event.request?.service)
    self.init(
      log: log, position: position, time: event.time.milliseconds, type: event.type.name,
      keys: keys, body: line)
  }
}

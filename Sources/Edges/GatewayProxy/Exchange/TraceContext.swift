import Gateway
import HTTPMessages

/// The trace that a request is part of, and our own place in it.
struct TraceContext: Sendable {
  let parent: TraceParent?
  /// Whether the caller's `tracestate` belongs to this trace.
  let isContinued: Bool

  init(_ fields: HTTPFields, gateway: Gateway) {
    let span = gateway.randomHexadecimal(bytes: 8)
    if let received = TraceParent(in: fields), let continued = received.continued(by: span) {
      self.parent = continued
      self.isContinued = true
    } else {
      self.parent = TraceParent(
        traceID: gateway.randomHexadecimal(bytes: 16), parentID: span, isSampled: false,
        hasRandomTraceID: true)
      self.isContinued = false
    }
  }
}

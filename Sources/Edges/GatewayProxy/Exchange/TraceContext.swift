import HTTPMessages

/// The trace that a request is part of, and our own place in it.
struct TraceContext: Sendable {
  let parent: TraceParent?
  /// Whether the caller's `tracestate` belongs to this trace.
  let isContinued: Bool

  init(_ fields: HTTPFields, loop: ProxyLoop) {
    let span = loop.spans.next() | 1
    if let received = TraceParent(in: fields) {
      self.parent = received.continued(by: span)
      self.isContinued = true
    } else {
      self.parent = TraceParent(
        traceID: (loop.spans.next() | 1, loop.spans.next()), parentID: span, isSampled: false,
        hasRandomTraceID: true)
      self.isContinued = false
    }
  }
}

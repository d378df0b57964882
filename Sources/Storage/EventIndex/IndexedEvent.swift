/// One audit event as the index holds it.
package struct IndexedEvent: Sendable, Hashable {
  /// The origin of the log that holds the event.
  package let log: String
  /// Where in its log the event stands; rises along the log.
  package let position: Int64
  /// When it happened: milliseconds since 1970-01-01T00:00:00Z.
  package let time: Int64
  /// `credential.issued`, `request.allowed`, ...
  package let type: String
  /// What the event is found by. Duplicates count once.
  package let keys: [IndexKey]
  /// The event's JSON line.
  package let body: [UInt8]

  package init(
    log: String, position: Int64, time: Int64, type: String, keys: [IndexKey], body: [UInt8]
  ) {
    self.log = log
    self.position = position
    self.time = time
    self.type = type
    self.keys = keys
    self.body = body
  }
}

extension IndexedEvent {
  /// Oldest first; at the same time by log, in byte order, and position.
  package static func isOlder(_ left: IndexedEvent, than right: IndexedEvent) -> Bool {
    if left.time != right.time { return left.time < right.time }
    if left.log.utf8.elementsEqual(right.log.utf8) { return left.position < right.position }
    return left.log.utf8.lexicographicallyPrecedes(right.log.utf8)
  }
}

/// Something that events have in common: a credential, a request, a workload.
///
/// Two keys are equal when their bytes are, not by the canonical equivalence of `String`.
package struct IndexKey: Sendable {
  /// `credential`, `digest`, `request`, `trace`, `workload`, `parent`, `key`, `node` or `service`.
  package let kind: String
  package let value: String

  package init(kind: String, value: String) {
    self.kind = kind
    self.value = value
  }
}

extension IndexKey: Hashable {
  package static func == (left: IndexKey, right: IndexKey) -> Bool {
    left.kind.utf8.elementsEqual(right.kind.utf8) && left.value.utf8.elementsEqual(right.value.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in kind.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8.max)
    for byte in value.utf8 { hasher.combine(byte) }
  }
}

/// Why an index did not do what it was asked.
package enum EventIndexError: Error, Sendable, Hashable {
  /// An event passes one of ``EventIndexLimits``.
  case eventTooLarge(log: String, position: Int64, what: String)
  /// A number of events below one was asked for.
  case invalidLimit(Int)
  /// The index cannot be opened; the text says what to do about it. Nothing was changed.
  case unusable(String)
  /// Something stored is not what an index writes.
  case unreadable(String)
  /// The storage below failed.
  case failed(String)
  /// The index was closed.
  case closed
}

extension EventIndexError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .eventTooLarge(let log, let position, let what):
      "event \(position) of log \(log) is too large for the index: \(what)"
    case .invalidLimit(let limit):
      "a limit of \(limit) was asked for; expected 1 or more"
    case .unusable(let what), .unreadable(let what), .failed(let what):
      what
    case .closed:
      "the event index was closed"
    }
  }
}

/// What every index accepts.
package enum EventIndexLimits {
  /// The largest body, in bytes.
  package static let bodyBytes = 1 << 20
  /// The most keys of one event.
  package static let keys = 64
  /// The longest log name, type, key kind and key value, in bytes of UTF-8.
  package static let textBytes = 2048
}

extension IndexedEvent {
  /// - Throws: ``EventIndexError/eventTooLarge(log:position:what:)``.
  package func checkLimits() throws(EventIndexError) {
    if body.count > EventIndexLimits.bodyBytes {
      throw tooLarge("\(body.count) bytes; at most \(EventIndexLimits.bodyBytes) are taken")
    }
    if keys.count > EventIndexLimits.keys {
      throw tooLarge("\(keys.count) keys; at most \(EventIndexLimits.keys) are taken")
    }
    let texts = [log, type] + keys.flatMap { [$0.kind, $0.value] }
    if texts.contains(where: { $0.utf8.count > EventIndexLimits.textBytes }) {
      throw tooLarge("a name or key is longer than \(EventIndexLimits.textBytes) bytes")
    }
  }

  private func tooLarge(_ what: String) -> EventIndexError {
    .eventTooLarge(log: String(log.prefix(80)), position: position, what: what)
  }
}

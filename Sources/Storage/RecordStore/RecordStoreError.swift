/// Why a store did not do what it was asked.
package enum RecordStoreError: Error, Sendable, Hashable {
  /// The cursor lies before the retained history or after its end (a store restored from a backup).
  /// Take a snapshot and go on from there. `oldest` is the oldest cursor that is still served.
  case snapshotRequired(oldest: Revision)
  case valueTooLarge(RecordKey, bytes: Int)
  case transactionTooLarge(String)
  /// A page size below one.
  case invalidLimit(Int)
  /// The store cannot be opened; the text says what to do about it. Nothing was changed.
  case unusable(String)
  /// Something stored is not what a store writes. It stays where it is.
  case unreadable(String)
  /// The storage below failed (disk full, busy, input or output error). A commit that fails so
  /// reports nothing as done: read the records again before trying once more.
  case failed(String)
  /// The store was closed.
  case closed
}

extension RecordStoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .snapshotRequired(let oldest):
      "the cursor is outside of the retained history, which starts after revision \(oldest); "
        + "take a snapshot and follow from its revision"
    case .valueTooLarge(let key, let bytes):
      "the value of record \(key) has \(bytes) bytes; "
        + "at most \(RecordLimits.valueBytes) are taken"
    case .transactionTooLarge(let what):
      "the transaction is too large: \(what)"
    case .invalidLimit(let limit):
      "a limit of \(limit) was asked for; expected 1 or more"
    case .unusable(let what), .unreadable(let what), .failed(let what):
      what
    case .closed:
      "the record store was closed"
    }
  }
}

/// A condition of a transaction did not hold, so none of its writes took effect.
package struct RecordConflict: Error, Sendable, Hashable, CustomStringConvertible {
  package let key: RecordKey
  package let expected: RecordExpectation
  /// The revision at which the record stands; nil where there is none.
  package let found: Revision?

  package init(key: RecordKey, expected: RecordExpectation, found: Revision?) {
    self.key = key
    self.expected = expected
    self.found = found
  }

  package var description: String {
    "record \(key) \(foundText); expected \(expectedText)"
  }

  private var foundText: String {
    found.map { "stands at revision \($0)" } ?? "does not exist"
  }

  private var expectedText: String {
    switch expected {
    case .absent: "that it does not exist"
    case .present: "that it exists"
    case .at(let revision): "revision \(revision)"
    }
  }
}

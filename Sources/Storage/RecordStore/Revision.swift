/// A point in the history of a store.
///
/// Each transaction that changes something is assigned one revision when it commits, higher than
/// every revision before it. All the changes of a transaction bear its revision.
package struct Revision: RawRepresentable, Hashable, Sendable {
  /// Before the first transaction: the cursor of a reader that has seen nothing.
  package static let zero = Revision(rawValue: 0)

  package let rawValue: Int64

  package init(rawValue: Int64) {
    self.rawValue = rawValue
  }
}

extension Revision: Comparable {
  package static func < (left: Revision, right: Revision) -> Bool {
    left.rawValue < right.rawValue
  }
}

extension Revision: CustomStringConvertible {
  package var description: String { String(rawValue) }
}

extension Revision {
  /// The revision of the next transaction.
  ///
  /// - Throws: ``RecordStoreError/failed(_:)`` when no number is left.
  package func next() throws -> Revision {
    let (value, overflow) = rawValue.addingReportingOverflow(1)
    guard !overflow else { throw RecordStoreError.failed("the store has no revisions left") }
    return Revision(rawValue: value)
  }
}

/// Conditions and writes that take effect together or not at all.
///
/// Conditions speak of the store before the transaction. A later write to a key replaces an earlier
/// one; every condition counts.
package struct RecordTransaction: Sendable, Hashable {
  /// Something that must hold when the transaction commits.
  package struct Precondition: Sendable, Hashable {
    package let key: RecordKey
    package let expected: RecordExpectation
  }

  /// What happens to one record.
  package struct Write: Sendable, Hashable {
    package let key: RecordKey
    /// The new value; nil deletes the record.
    package let value: [UInt8]?
  }

  package private(set) var preconditions: [Precondition] = []
  private var slots: [RecordKey: Int] = [:]
  private var written: [Write] = []

  package init() {}

  /// The writes, one for each key, in the order in which the keys were first written.
  package var writes: [Write] { written }

  /// The record must stand at this revision; nil: it must not exist.
  package mutating func expect(_ key: RecordKey, at revision: Revision?) {
    preconditions.append(Precondition(key: key, expected: RecordExpectation(revision)))
  }

  /// The record must exist, at whatever revision.
  package mutating func expectPresent(_ key: RecordKey) {
    preconditions.append(Precondition(key: key, expected: .present))
  }

  /// Creates or replaces a record, whatever was there.
  package mutating func put(_ key: RecordKey, _ value: [UInt8]) {
    write(Write(key: key, value: value))
  }

  /// Replaces the record that stands at `revision`; with nil, creates one that must not exist.
  package mutating func put(_ key: RecordKey, _ value: [UInt8], expecting revision: Revision?) {
    expect(key, at: revision)
    put(key, value)
  }

  /// Deletes a record. Deleting what does not exist changes nothing.
  package mutating func delete(_ key: RecordKey) {
    write(Write(key: key, value: nil))
  }

  /// Deletes the record that stands at `revision`.
  package mutating func delete(_ key: RecordKey, expecting revision: Revision) {
    expect(key, at: revision)
    delete(key)
  }

  private mutating func write(_ write: Write) {
    if let slot = slots[write.key], written.indices.contains(slot) {
      written[slot] = write
    } else {
      slots[write.key] = written.count
      written.append(write)
    }
  }
}

/// What a transaction wants to find under a key.
package enum RecordExpectation: Sendable, Hashable {
  case absent
  case present
  case at(Revision)

  package init(_ revision: Revision?) {
    self = revision.map(RecordExpectation.at) ?? .absent
  }

  /// Whether a record that stands at `found` (nil: there is none) is what was expected.
  package func isMet(by found: Revision?) -> Bool {
    switch self {
    case .absent: found == nil
    case .present: found != nil
    case .at(let revision): found == revision
    }
  }
}

/// One record as it stands at some revision of the store.
package struct Record: Sendable, Hashable {
  package let key: RecordKey
  /// The transaction that last wrote the record.
  package let revision: Revision
  package let value: [UInt8]

  package init(key: RecordKey, revision: Revision, value: [UInt8]) {
    self.key = key
    self.revision = revision
    self.value = value
  }
}

/// What a transaction did to one record.
package struct RecordChange: Sendable, Hashable {
  package let key: RecordKey
  package let revision: Revision
  /// The new value; nil where the record was deleted.
  package let value: [UInt8]?

  package init(key: RecordKey, revision: Revision, value: [UInt8]?) {
    self.key = key
    self.revision = revision
    self.value = value
  }
}

/// The next part of a store's history: whole transactions, oldest first.
package struct ChangePage: Sendable, Hashable {
  package let changes: [RecordChange]
  /// The cursor to go on from: everything up to here is in this page or was in an earlier one.
  package let upTo: Revision

  package init(changes: [RecordChange], upTo: Revision) {
    self.changes = changes
    self.upTo = upTo
  }
}

/// All records of a store at one revision, ordered by key.
package struct RecordSnapshot: Sendable, Hashable {
  /// The cursor from which ``RecordStore/changes(after:limit:)`` continues this snapshot.
  package let revision: Revision
  package let records: [Record]

  package init(revision: Revision, records: [Record]) {
    self.revision = revision
    self.records = records
  }
}

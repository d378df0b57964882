package import RecordStore

/// The records of the control plane in memory, by kind and name, as of one revision.
package struct RecordImage: Sendable {
  package private(set) var revision: Int64
  private var records: [String: [String: Stored]] = [:]

  package struct Stored: Sendable {
    package let value: [UInt8]
    package let revision: Int64
  }

  package init(_ snapshot: RecordSnapshot) {
    self.revision = snapshot.revision.rawValue
    for record in snapshot.records {
      self.records[record.key.kind.rawValue, default: [:]][record.key.name] = Stored(
        value: record.value, revision: record.revision.rawValue)
    }
  }

  package mutating func apply(_ page: ChangePage) {
    for change in page.changes {
      self.set(
        change.key.kind.rawValue, change.key.name,
        change.value.map { Stored(value: $0, revision: change.revision.rawValue) })
    }
    self.revision = page.upTo.rawValue
  }

  /// The image as it would be after a transaction that has no revision yet.
  package func applying(_ transaction: RecordTransaction) -> RecordImage {
    var image = self
    for write in transaction.writes {
      image.set(
        write.key.kind.rawValue, write.key.name,
        write.value.map { Stored(value: $0, revision: self.revision) })
    }
    return image
  }

  package subscript(kind: String, name: String) -> Stored? { self.records[kind]?[name] }

  /// The records of a kind, by name.
  package func all(_ kind: String) -> [(name: String, record: Stored)] {
    (self.records[kind] ?? [:]).map { (name: $0.key, record: $0.value) }
      .sorted { $0.name < $1.name }
  }

  private mutating func set(_ kind: String, _ name: String, _ stored: Stored?) {
    self.records[kind, default: [:]][name] = stored
  }
}

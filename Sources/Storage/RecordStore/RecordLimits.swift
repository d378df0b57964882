/// What every store accepts, so that a record that one store takes is never refused by another.
package enum RecordLimits {
  /// The largest value of one record, in bytes.
  package static let valueBytes = 4 << 20
  /// The most conditions and writes, counted together, of one transaction.
  package static let transactionEntries = 20_000
  /// The largest sum of the values of one transaction, in bytes.
  package static let transactionBytes = 64 << 20
  /// A page of changes ends with the transaction in which it reaches this many bytes of values.
  package static let pageBytes = 16 << 20
}

extension RecordTransaction {
  /// - Throws: ``RecordStoreError`` naming the first of ``RecordLimits`` that is passed.
  package func checkLimits() throws {
    guard preconditions.count + writes.count <= RecordLimits.transactionEntries else {
      throw RecordStoreError.transactionTooLarge(
        "\(preconditions.count) conditions and \(writes.count) writes; "
          + "at most \(RecordLimits.transactionEntries) together are taken")
    }
    var total = 0
    for write in writes {
      let bytes = write.value?.count ?? 0
      guard bytes <= RecordLimits.valueBytes else {
        throw RecordStoreError.valueTooLarge(write.key, bytes: bytes)
      }
      total += bytes
    }
    guard total <= RecordLimits.transactionBytes else {
      throw RecordStoreError.transactionTooLarge(
        "\(total) bytes of values; at most \(RecordLimits.transactionBytes) are taken")
    }
  }
}

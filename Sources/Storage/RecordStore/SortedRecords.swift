/// The records of one kind, by name in byte order.
struct SortedRecords {
  private(set) var records: [Record] = []

  func record(named key: RecordKey) -> Record? {
    let index = firstIndex(notBelow: key)
    guard index < records.endIndex, records[index].key == key else { return nil }
    return records[index]
  }

  /// Records whose names come after `name`; nil stands before all names.
  func page(after name: String?, limit: Int) -> [Record] {
    guard let name else { return Array(records.prefix(limit)) }
    let start = partition { !name.utf8.lexicographicallyPrecedes($0.key.name.utf8) }
    return Array(records[start...].prefix(limit))
  }

  mutating func put(_ record: Record) {
    let index = firstIndex(notBelow: record.key)
    if index < records.endIndex, records[index].key == record.key {
      records[index] = record
    } else {
      records.insert(record, at: index)
    }
  }

  mutating func remove(_ key: RecordKey) {
    let index = firstIndex(notBelow: key)
    guard index < records.endIndex, records[index].key == key else { return }
    records.remove(at: index)
  }

  private func firstIndex(notBelow key: RecordKey) -> Int {
    partition { $0.key < key }
  }

  /// The number of leading records for which `isBefore` holds.
  private func partition(_ isBefore: (Record) -> Bool) -> Int {
    var low = 0
    var high = records.count
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(records[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

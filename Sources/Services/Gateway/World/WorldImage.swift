import Distribution

/// The records as the feed told them, by kind and name.
struct WorldImage: Sendable {
  private var records: [String: [String: [UInt8]]] = [:]

  init() {}

  mutating func apply(_ items: [FeedItem]) {
    for item in items { self.records[item.kind, default: [:]][item.name] = item.value }
  }

  subscript(kind: String, name: String) -> [UInt8]? { self.records[kind]?[name] }

  /// The records of a kind, by name.
  func all(_ kind: String) -> [(name: String, value: [UInt8])] {
    (self.records[kind] ?? [:]).map { (name: $0.key, value: $0.value) }
      .sorted { $0.name < $1.name }
  }
}

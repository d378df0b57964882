/// Collects changes into a page that ends between two transactions.
///
/// Every store feeds it its history in order, so that all of them cut pages alike.
package struct ChangePageReader {
  private let limit: Int
  private var changes: [RecordChange] = []
  private var bytes = 0

  /// - Throws: ``RecordStoreError/invalidLimit(_:)`` for a limit below 1.
  package init(limit: Int) throws {
    guard limit >= 1 else { throw RecordStoreError.invalidLimit(limit) }
    self.limit = limit
  }

  /// Takes the next change.
  ///
  /// - Returns: False where the page is full and ends before this change.
  package mutating func take(_ change: RecordChange) -> Bool {
    let isFull = changes.count >= limit || bytes >= RecordLimits.pageBytes
    if isFull, let last = changes.last, last.revision != change.revision { return false }
    changes.append(change)
    bytes += change.value?.count ?? 0
    return true
  }

  /// The page.
  ///
  /// - Parameter current: The revision of the store where the history was read to its end; nil
  ///   where the page was full before.
  package func page(current: Revision?, cursor: Revision) -> ChangePage {
    ChangePage(changes: changes, upTo: current ?? changes.last?.revision ?? cursor)
  }
}

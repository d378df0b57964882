/// All entities that a snapshot names, in its store or not, as numbers.
struct EntityTable: Sendable {
  var uids: [EntityUID] = []
  var numbers = EntityNumbers()

  /// The number of each entity's type.
  var types: [Int32] = []
  var typeNames: [EntityTypeName] = []
  var typeNumbers: [EntityTypeName: Int32] = [:]

  /// Whether each is in the store; attributes and tags of the others cannot be read.
  var isStored: [Bool] = []
  var attributes: [Extent] = []
  var tags: [Extent] = []

  /// Where the ancestors of each entity are in ``ancestors``, in the order of their numbers.
  var ancestorSlices: [Extent] = []
  var ancestors: [Int32] = []

  var count: Int { uids.count }

  func isKnown(_ number: Int32) -> Bool { Int(number) < uids.count }

  func ancestors(of number: Int32) -> Extent {
    isKnown(number) ? ancestorSlices[Int(number)] : .empty
  }

  /// Cedar's `in` for two entities.
  func isEntity(_ number: Int32, in other: Int32) -> Bool {
    number == other || isAncestor(other, in: ancestors(of: number))
  }

  private func isAncestor(_ number: Int32, in slice: Extent) -> Bool {
    var range = slice.range
    while range.count > 8 {
      let middle = range.lowerBound + range.count / 2
      if ancestors[middle] <= number {
        range = middle..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    for index in range where ancestors[index] == number { return true }
    return false
  }
}

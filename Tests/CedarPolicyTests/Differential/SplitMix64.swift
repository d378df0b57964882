/// A small random number generator whose numbers follow from its seed alone, the same ones with
/// every Swift and on every machine (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number of a range. Slightly uneven, which no test minds.
  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// True so many times in a hundred.
  mutating func chance(_ percent: Int) -> Bool {
    int(0...99) < percent
  }

  /// One of the items, which are not empty.
  mutating func pick<Item>(_ items: [Item]) -> Item {
    items[int(0...(items.count - 1))]
  }

  /// One of the items, each as often as its weight says.
  mutating func pick<Item>(weighted items: [(weight: Int, item: Item)]) -> Item {
    var left = int(0...(items.reduce(0) { $0 + $1.weight } - 1))
    for (weight, item) in items {
      if left < weight { return item }
      left -= weight
    }
    return items[0].item
  }

  /// The items in another order (Fisher and Yates); the standard library's own way of shuffling
  /// may change.
  mutating func shuffled<Item>(_ items: [Item]) -> [Item] {
    var shuffled = items
    for index in items.indices.dropFirst() { shuffled.swapAt(index, int(0...index)) }
    return shuffled
  }

  /// Some of the items in their order, each with the same chance.
  mutating func some<Item>(of items: [Item], percent: Int) -> [Item] {
    var chosen: [Item] = []
    for item in items where chance(percent) { chosen.append(item) }
    return chosen
  }
}

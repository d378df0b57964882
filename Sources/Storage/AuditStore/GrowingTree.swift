import TransparencyLog

/// The right edge of a log: everything that is needed to append leaves and to write the files that
/// change by it.
struct GrowingTree: Sendable {
  private(set) var range = MerkleRange()
  private(set) var frontier = TileFrontier()
  /// The entries of the bundle that is not full yet.
  private(set) var bundle: [[UInt8]] = []

  var size: UInt64 { range.size }

  /// What one more leaf completes.
  struct Completed {
    var tiles: [TileHashes] = []
    var bundle: [[UInt8]]?
  }

  mutating func append(_ entry: [UInt8]) -> Completed {
    let hash = MerkleHash.leaf(entry)
    range.append(hash)
    var completed = Completed(tiles: frontier.append(hash))
    bundle.append(entry)
    if bundle.count == Tile.fullWidth {
      completed.bundle = bundle
      bundle = []
    }
    return completed
  }
}

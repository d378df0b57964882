/// A tile with its hashes (C2SP tlog-tiles).
public struct TileHashes: Hashable, Sendable {
  public let tile: Tile
  public let hashes: [MerkleHash]

  /// The tile at `index` of `level` with these hashes, 1 to 256 of them.
  public init(level: Int, index: UInt64, hashes: [MerkleHash]) throws(TransparencyLogError) {
    self.tile = try Tile(.hashes(level: level), index: index, width: hashes.count)
    self.hashes = hashes
  }

  /// The tile's file: its hashes one after the other.
  public var bytes: [UInt8] { hashes.flatMap(\.bytes) }

  /// The hashes of a tile's file, which must hold exactly as many as the tile is wide.
  public init(_ tile: Tile, bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count == tile.width * MerkleHash.byteCount else {
      throw TransparencyLogError(
        .malformedTile,
        "a tile of \(tile.width) hashes has \(tile.width * MerkleHash.byteCount) bytes, "
          + "not \(bytes.count)")
    }
    var hashes: [MerkleHash] = []
    for start in stride(from: 0, to: bytes.count, by: MerkleHash.byteCount) {
      hashes.append(try MerkleHash(bytes: bytes[start..<start + MerkleHash.byteCount]))
    }
    self.tile = tile
    self.hashes = hashes
  }
}

/// The right edge of a growing log's tiles: tells, leaf by leaf, which tiles are complete and what
/// the partial ones hold. Memory is at most 255 hashes a level.
public struct TileFrontier: Hashable, Sendable {
  /// How many leaves have been appended.
  public private(set) var size: UInt64 = 0
  private var levels: [Level] = []

  private struct Level: Hashable {
    var index: UInt64 = 0
    var hashes: [MerkleHash] = []
  }

  /// The tree of no leaves.
  public init() {}

  /// Adds the hash of the next leaf; returns the tiles that it completes, the lowest level first.
  public mutating func append(_ leaf: MerkleHash) -> [TileHashes] {
    size &+= 1
    var completed: [TileHashes] = []
    var hash = leaf
    var number = 0
    while let full = push(hash, on: number) {
      completed.append(full)
      hash = MerkleTree(leaves: full.hashes).root
      number += 1
    }
    return completed
  }

  private mutating func push(_ hash: MerkleHash, on number: Int) -> TileHashes? {
    if number == levels.count { levels.append(Level()) }
    levels[number].hashes.append(hash)
    guard levels[number].hashes.count == Tile.fullWidth else { return nil }
    let level = levels[number]
    levels[number] = Level(index: level.index &+ 1, hashes: [])
    return try? TileHashes(level: number, index: level.index, hashes: level.hashes)
  }

  /// The partial tiles, the lowest level first.
  public var partials: [TileHashes] {
    levels.enumerated().compactMap { number, level in
      try? TileHashes(level: number, index: level.index, hashes: level.hashes)
    }
  }
}

import Testing
import TransparencyLog

@Suite struct TileTests {
  @Test(
    "paths are those of the specification and back",
    arguments: [
      (Tile.Content.hashes(level: 0), UInt64(0), 256, "tile/0/000"),
      (.hashes(level: 0), 999, 256, "tile/0/999"),
      (.hashes(level: 1), 1000, 1, "tile/1/x001/000.p/1"),
      (.hashes(level: 63), 1_234_067, 255, "tile/63/x001/x234/067.p/255"),
      (.entries, 1_234_067, 256, "tile/entries/x001/x234/067"),
      (.entries, 5, 17, "tile/entries/005.p/17"),
      (.entries, UInt64.max, 256, "tile/entries/x018/x446/x744/x073/x709/x551/615"),
    ])
  func paths(content: Tile.Content, index: UInt64, width: Int, path: String) throws {
    let tile = try Tile(content, index: index, width: width)
    #expect(tile.path == path)
    #expect(try Tile(path: path) == tile)
  }

  @Test(
    "a path that is not canonical is refused",
    arguments: [
      "", "/", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000",
      "/tile/0/000", "tile/0/000/", "tile//000", "tile/00/000", "tile/+1/000", "tile/64/000",
      "tile/-1/000", "tile/0/x000/000", "tile/0/x001", "tile/0/001/000", "tile/0/X001/000",
      "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00", "tile/0/000.p/01",
      "tile/0/000.p/256", "tile/0/000.p/1/1", "tile/0/000.p/-1", "tile/0/000.q/1",
      "tile/0/000.p.p/1", "tile/data/000", "tile/Entries/000", "tile/0/٠٠٠", "tile/0/0 0",
      "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
      "segment/000", "checkpoint", "tile/0/../0/000", "tile/0/000\n",
      "tile/0/000.p/9999999999999999999999",
    ])
  func badPaths(path: String) {
    #expect(throws: TransparencyLogError.self) { try Tile(path: path) }
  }

  @Test("a tile outside of its limits cannot be made")
  func limits() {
    for width in [Int.min, -1, 0, 257, Int.max] {
      #expect(throws: TransparencyLogError.self) { try Tile(.entries, index: 0, width: width) }
    }
    for level in [-1, 64, Int.max] {
      #expect(throws: TransparencyLogError.self) { try Tile(.hashes(level: level), index: 0) }
    }
  }

  @Test("the widths for a tree of 70000 leaves are those of the specification's example")
  func widths() {
    #expect(Tile.width(level: 0, index: 272, treeSize: 70_000) == 256)
    #expect(Tile.width(level: 0, index: 273, treeSize: 70_000) == 112)
    #expect(Tile.width(level: 0, index: 274, treeSize: 70_000) == 0)
    #expect(Tile.width(level: 1, index: 0, treeSize: 70_000) == 256)
    #expect(Tile.width(level: 1, index: 1, treeSize: 70_000) == 17)
    #expect(Tile.width(level: 2, index: 0, treeSize: 70_000) == 1)
    #expect(Tile.width(level: 3, index: 0, treeSize: 70_000) == 0)
    #expect(Tile.width(level: 1, index: 0, treeSize: 256) == 1)
    #expect(Tile.width(level: 63, index: 0, treeSize: .max) == 0)
  }

  @Test("the frontier's tiles are the definition's hashes at every size around full tiles")
  func frontier() throws {
    let entries = Naive.entries(600)
    var frontier = TileFrontier()
    var full: [Tile: TileHashes] = [:]
    for (size, entry) in entries.enumerated() {
      for tile in frontier.append(.leaf(entry)) { full[tile.tile] = tile }
      guard [1, 2, 255, 256, 257, 511, 512, 513, 600].contains(size + 1) else { continue }
      for tile in Array(full.values) + frontier.partials {
        let span = tile.tile.level == 0 ? 1 : 256
        for (position, hash) in tile.hashes.enumerated() {
          let start = (Int(tile.tile.index) * 256 + position) * span
          #expect(hash.bytes == Naive.head(Array(entries[start..<start + span])))
        }
        let width = Tile.width(
          level: tile.tile.level, index: tile.tile.index, treeSize: UInt64(size + 1))
        #expect(width == tile.tile.width)
      }
    }
    #expect(frontier.size == 600)
    #expect(full.keys.map(\.path).sorted() == ["tile/0/000", "tile/0/001"])
    #expect(frontier.partials.map(\.tile.path) == ["tile/0/002.p/88", "tile/1/000.p/2"])
  }

  @Test("a tile's file holds exactly its hashes")
  func tileBytes() throws {
    let hashes = (0..<3).map { MerkleHash.leaf([UInt8($0)]) }
    let tile = try TileHashes(level: 0, index: 4, hashes: hashes)
    #expect(tile.bytes.count == 96)
    #expect(try TileHashes(tile.tile, bytes: tile.bytes) == tile)
    for bytes in [[], Array(tile.bytes.dropLast()), tile.bytes + [0]] {
      #expect(throws: TransparencyLogError.self) { try TileHashes(tile.tile, bytes: bytes) }
    }
    #expect(throws: TransparencyLogError.self) {
      try TileHashes(level: 0, index: 0, hashes: [])
    }
  }

  @Test("entry bundles come back as they were, and nothing else does")
  func bundles() throws {
    let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 65_535), Array("x".utf8)]
    let bytes = try EntryBundle.encode(entries)
    #expect(try EntryBundle.decode(bytes, count: 4) == entries)
    #expect(Array(bytes.prefix(5)) == [0, 0, 0, 1, 1])
    for count in [0, 1, 3, 5, 256] {
      #expect(throws: TransparencyLogError.self) { try EntryBundle.decode(bytes, count: count) }
    }
    for cut in [1, 2, 3, 65_000, bytes.count - 1] {
      #expect(throws: TransparencyLogError.self) {
        try EntryBundle.decode(Array(bytes.prefix(cut)), count: 4)
      }
    }
    #expect(throws: TransparencyLogError.self) { try EntryBundle.decode(bytes + [0], count: 5) }
    #expect(throws: TransparencyLogError.self) { try EntryBundle.encode([]) }
    #expect(throws: TransparencyLogError.self) {
      try EntryBundle.encode([[UInt8](repeating: 0, count: 65_536)])
    }
    #expect(throws: TransparencyLogError.self) {
      try EntryBundle.encode([[UInt8]](repeating: [], count: 257))
    }
  }
}

import TransparencyLog

/// What a log's tiles and entry bundles hold.
struct TreeContents {
  /// The tree as the checkpoint has it.
  var covered: GrowingTree
  /// Entries after those of the checkpoint: a seal that was interrupted has left them.
  var ahead: [[UInt8]]
  var total: UInt64 { covered.size + UInt64(ahead.count) }
}

/// Recomputes a log's tree from its entry bundles, and compares every tile file with it.
struct TreeInspection {
  private let folder: any LogFolder
  private let index: FolderIndex
  private let head: LogHead
  private let kept: Checkpoint?

  private var tree = GrowingTree()
  private var covered: GrowingTree?
  private var ahead: [[UInt8]] = []
  private var keptRoot: MerkleHash?
  private var checkedTiles: Set<FolderIndex.Place> = []
  private var tileSuspect: VerificationFailure?
  private var entrySuspect: VerificationFailure?

  init(folder: any LogFolder, index: FolderIndex, head: LogHead, kept: Checkpoint?) {
    self.folder = folder
    self.index = index
    self.head = head
    self.kept = kept
    noteSize()
  }

  mutating func inspect() throws(VerificationFailure) -> TreeContents {
    let widths = try bundleWidths()
    for (number, width) in widths.enumerated() {
      try inspectBundle(UInt64(number), width: width)
    }
    for tile in tree.frontier.partials { try check(tile) }
    try checkUnreachedTiles()
    let covered = try judge()
    return TreeContents(covered: covered, ahead: ahead)
  }

  private func checkUnreachedTiles() throws(VerificationFailure) {
    for place in index.tiles.keys.sorted() where !checkedTiles.contains(place) {
      let width = index.tiles[place]?.last ?? Tile.fullWidth
      let tile = try? Tile(.hashes(level: place.level), index: place.index, width: width)
      throw VerificationFailure(tile?.path ?? "tile", "the log does not reach this tile")
    }
  }

  /// The width of every bundle from the first on; all but the last are full.
  private func bundleWidths() throws(VerificationFailure) -> [Int] {
    var widths: [Int] = []
    while let width = index.bundles[UInt64(widths.count)]?.last {
      widths.append(width)
      if width < Tile.fullWidth { break }
    }
    let needed = head.checkpoint.size
    let total = widths.reduce(UInt64(0)) { $0 + UInt64($1) }
    guard total >= needed else {
      let number = total / UInt64(Tile.fullWidth)
      let path = Self.bundle(
        number, width: Tile.width(level: 0, index: number, treeSize: needed))
      throw VerificationFailure(
        path, "the checkpoint covers \(needed) leaves, the entries end early", leaf: total)
    }
    let path = Self.bundle(UInt64(max(0, widths.count - 1)), width: widths.last ?? 1)
    guard total == needed || !head.isClosed else {
      throw VerificationFailure(
        path, "the log was closed with \(needed) leaves, here are \(total)", leaf: needed)
    }
    for number in index.bundles.keys.sorted() where number >= widths.count {
      throw VerificationFailure(
        Self.bundle(number, width: index.bundles[number]?.last ?? 1),
        "the log does not reach this bundle")
    }
    return widths
  }

  static func bundle(_ index: UInt64, width: Int) -> String {
    (try? Tile(.entries, index: index, width: width))?.path ?? "tile/entries"
  }

  private mutating func inspectBundle(
    _ number: UInt64, width: Int
  ) throws(VerificationFailure) {
    let path = Self.bundle(number, width: width)
    let entries = try folder.entries(ofBundle: number, width: width)
    for narrower in index.bundles[number, default: []] where narrower < width {
      try compare(bundle: number, width: narrower, with: entries)
    }
    for entry in entries {
      for tile in tree.append(entry).tiles { try check(tile, bundle: path) }
      if tree.size > head.checkpoint.size { ahead.append(entry) }
      noteSize()
    }
    if entries.count < Tile.fullWidth, let tile = tree.frontier.partials.first, tile.tile.level == 0
    {
      compareEntries(with: tile, bundle: path)
    }
  }

  private mutating func noteSize() {
    if tree.size == head.checkpoint.size { covered = tree }
    if tree.size == kept?.size { keptRoot = tree.range.root }
  }

  private mutating func compare(
    bundle number: UInt64, width: Int, with entries: [[UInt8]]
  ) throws(VerificationFailure) {
    let path = Self.bundle(number, width: width)
    let bytes = try folder.whole(path, limit: Limits.bundle)
    guard bytes != (try? EntryBundle.encode(Array(entries.prefix(width)))) else { return }
    let widest = Self.bundle(number, width: entries.count)
    tileSuspect = tileSuspect ?? VerificationFailure(path, "the entries differ from \(widest)")
    entrySuspect = entrySuspect ?? VerificationFailure(widest, "the entries differ from \(path)")
  }

  /// Compares every file at a tile's place with the hashes that the entries give.
  private mutating func check(
    _ expected: TileHashes, bundle: String? = nil
  ) throws(VerificationFailure) {
    let tile = expected.tile
    let place = FolderIndex.Place(level: tile.level, index: tile.index)
    checkedTiles.insert(place)
    let widths = index.tiles[place, default: []]
    for width in widths { try compare(width: width, with: expected) }
    let needed = Tile.width(level: tile.level, index: tile.index, treeSize: head.checkpoint.size)
    if needed > 0, (widths.last ?? 0) < needed {
      let missing = try? Tile(tile.content, index: tile.index, width: needed)
      throw VerificationFailure(missing?.path ?? tile.path, "the tile is missing")
    }
    if let bundle, tile.level == 0 { compareEntries(with: expected, bundle: bundle) }
  }

  private mutating func compare(
    width: Int, with expected: TileHashes
  ) throws(VerificationFailure) {
    let tile: Tile
    do throws(TransparencyLogError) {
      tile = try Tile(expected.tile.content, index: expected.tile.index, width: width)
    } catch { throw VerificationFailure(expected.tile.path, error.description) }
    guard width <= expected.hashes.count else {
      throw VerificationFailure(tile.path, "the tile is wider than the log")
    }
    let hashes = try hashes(of: tile)
    for (position, (found, wanted)) in zip(hashes, expected.hashes).enumerated()
    where found != wanted {
      tileSuspect =
        tileSuspect
        ?? VerificationFailure(
          tile.path, "the hash is not that of the log's entries",
          offset: UInt64(position * MerkleHash.byteCount))
      return
    }
  }

  private func hashes(of tile: Tile) throws(VerificationFailure) -> [MerkleHash] {
    let bytes = try folder.whole(tile.path, limit: Limits.tile)
    do throws(TransparencyLogError) {
      return try TileHashes(tile, bytes: bytes).hashes
    } catch { throw VerificationFailure(tile.path, error.description) }
  }

  /// Remembers the first entry that the level 0 tile contradicts, in case the root does too.
  private mutating func compareEntries(with expected: TileHashes, bundle: String) {
    let place = FolderIndex.Place(level: 0, index: expected.tile.index)
    guard entrySuspect == nil, let width = index.tiles[place]?.last,
      let tile = try? Tile(.hashes(level: 0), index: place.index, width: width),
      let hashes = try? hashes(of: tile)
    else { return }
    for (position, (found, wanted)) in zip(hashes, expected.hashes).enumerated()
    where found != wanted {
      entrySuspect = VerificationFailure(
        bundle, "the entry does not hash to what \(tile.path) and the checkpoint say",
        leaf: place.index * UInt64(Tile.fullWidth) + UInt64(position))
      return
    }
  }

  /// The signed root decides who is at fault where files contradict each other.
  private func judge() throws(VerificationFailure) -> GrowingTree {
    guard let covered, covered.range.root == head.checkpoint.root else {
      throw entrySuspect
        ?? VerificationFailure(
          LogPath.checkpointName, "its root is not the root of the log's entries")
    }
    if let tileSuspect { throw tileSuspect }
    if let kept, keptRoot != kept.root {
      throw VerificationFailure(
        LogPath.checkpointName,
        "the log was rewritten: its first \(kept.size) leaves are not those of the kept checkpoint")
    }
    return covered
  }
}

/// How long files of a log may be, in bytes.
enum Limits {
  static let bundle = Tile.fullWidth * (EntryBundle.maximumEntryLength + 2)
  static let tile = Tile.fullWidth * MerkleHash.byteCount
}

extension LogFolder {
  func entries(ofBundle number: UInt64, width: Int) throws(VerificationFailure) -> [[UInt8]] {
    let path = TreeInspection.bundle(number, width: width)
    let bytes = try whole(path, limit: Limits.bundle)
    do throws(TransparencyLogError) {
      return try EntryBundle.decode(bytes, count: width)
    } catch { throw VerificationFailure(path, error.description) }
  }
}

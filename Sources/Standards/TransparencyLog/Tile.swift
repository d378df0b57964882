/// The place of a tile or of an entry bundle in a log (C2SP tlog-tiles).
///
/// A full one is 256 wide. A partial one, at the right edge of the tree, is 1 to 255 wide.
public struct Tile: Hashable, Sendable, CustomStringConvertible {
  /// How many hashes or entries a full tile holds.
  public static let fullWidth = 256

  /// What the tile holds.
  public enum Content: Hashable, Sendable {
    /// Hashes of subtrees of 256^level leaves; level 0 holds leaf hashes.
    case hashes(level: Int)
    /// The entries themselves.
    case entries
  }

  public let content: Content
  /// The position among the tiles of the same level, from 0.
  public let index: UInt64
  /// How many hashes or entries the tile holds.
  public let width: Int

  /// A tile of a level from 0 to 63 and a width from 1 to 256.
  public init(
    _ content: Content, index: UInt64, width: Int = Tile.fullWidth
  ) throws(TransparencyLogError) {
    guard (1...Self.fullWidth).contains(width) else {
      throw TransparencyLogError(.malformedTile, "a tile is 1 to 256 wide")
    }
    if case .hashes(let level) = content, !(0...63).contains(level) {
      throw TransparencyLogError(.malformedTile, "a tile's level is 0 to 63")
    }
    self.content = content
    self.index = index
    self.width = width
  }

  /// Whether the tile is at the right edge of the tree and not yet full.
  public var isPartial: Bool { width < Self.fullWidth }

  /// The level of the hashes; entries are counted as leaves are, on level 0.
  public var level: Int {
    if case .hashes(let level) = content { level } else { 0 }
  }

  /// How wide the tile of this level and index is in a tree of `treeSize` leaves; 0 if the tree
  /// does not reach it.
  public static func width(level: Int, index: UInt64, treeSize: UInt64) -> Int {
    let hashes = (0..<8).contains(level) ? treeSize >> UInt64(8 * level) : 0
    let full = hashes / UInt64(fullWidth)
    if index < full { return fullWidth }
    return index == full ? Int(hashes % UInt64(fullWidth)) : 0
  }

  /// `tile/<level>/<index>[.p/<width>]`, relative to the log's folder.
  public var path: String { fullPath + (isPartial ? ".p/\(width)" : "") }

  /// The path of the full tile at this place.
  public var fullPath: String { "tile/\(contentName)/\(TileIndex.path(index))" }

  /// The folder of the partial tiles at this place.
  public var partialsFolder: String { fullPath + ".p" }

  public var description: String { path }

  private var contentName: String {
    switch content {
    case .hashes(let level): "\(level)"
    case .entries: "entries"
    }
  }

  /// The tile that a path names; only the one canonical spelling is accepted.
  public init(path: String) throws(TransparencyLogError) {
    let malformed = TransparencyLogError(
      .malformedTile, "a tile's path is tile/<level>/<index>[.p/<width>]")
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.count >= 3, parts.removeFirst() == "tile",
      let content = Self.content(named: parts.removeFirst())
    else { throw malformed }
    var width = Self.fullWidth
    if parts.count >= 2, let folder = parts.dropLast().last, folder.hasSuffix(".p") {
      guard let number = CanonicalDecimal.parse(parts.removeLast().utf8),
        (1..<UInt64(Self.fullWidth)).contains(number)
      else { throw malformed }
      width = Int(number)
      parts[parts.endIndex - 1] = folder.dropLast(2)
    }
    guard let index = TileIndex.parse(parts) else { throw malformed }
    try self.init(content, index: index, width: width)
  }

  private static func content(named name: Substring) -> Content? {
    if name == "entries" { return .entries }
    guard let level = CanonicalDecimal.parse(name.utf8), level <= 63 else { return nil }
    return .hashes(level: Int(level))
  }
}

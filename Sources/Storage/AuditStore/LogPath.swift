import TransparencyLog

/// The names that a log folder may hold, and nothing else.
enum LogPath: Hashable {
  case checkpoint
  case publicKey
  case tile(Tile)
  case segment(UInt64)

  static let checkpointName = "checkpoint"
  static let publicKeyName = "public-key"

  static func segmentName(_ number: UInt64) -> String { "segment/" + TileIndex.path(number) }

  /// What the file at this path is, or nil if a log has no such file.
  init?(file path: String) {
    if path == Self.checkpointName {
      self = .checkpoint
    } else if path == Self.publicKeyName {
      self = .publicKey
    } else if path.hasPrefix("segment/"), let number = TileIndex.parse(String(path.dropFirst(8))) {
      self = .segment(number)
    } else if let tile = try? Tile(path: path) {
      self = .tile(tile)
    } else {
      return nil
    }
  }

  /// Whether a log may have a folder at this path: one that some file of a log could be in.
  static func isFolder(_ path: String) -> Bool {
    if ["tile", "segment"].contains(path) { return true }
    // A file that could be directly in the folder: a tile, a segment, or a partial tile.
    let candidates = path.hasSuffix(".p") ? ["1"] : ["000", "001"]
    if candidates.contains(where: { LogPath(file: "\(path)/\($0)") != nil }) { return true }
    return !path.hasSuffix(".p") && LogPath(file: "\(path)/x000/000") != nil
  }
}

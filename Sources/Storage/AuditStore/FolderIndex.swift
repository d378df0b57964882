import TransparencyLog

/// Every file of a log's folder by what it is. A folder with anything unknown in it has no index.
struct FolderIndex: Equatable {
  struct Place: Hashable, Comparable {
    let level: Int
    let index: UInt64

    static func < (left: Place, right: Place) -> Bool {
      (left.level, left.index) < (right.level, right.index)
    }
  }

  private(set) var hasCheckpoint = false
  private(set) var hasPublicKey = false
  /// The widths of the entry bundles that are there for each index, ascending.
  private(set) var bundles: [UInt64: [Int]] = [:]
  /// The widths of the hash tiles that are there for each place, ascending.
  private(set) var tiles: [Place: [Int]] = [:]
  private(set) var segments: Set<UInt64> = []

  /// Whether nothing has been logged here.
  var holdsNoEvents: Bool { bundles.isEmpty && tiles.isEmpty && segments.isEmpty }

  init(_ folder: any LogFolder) throws(VerificationFailure) {
    let items: [FolderItem]
    do { items = try folder.items() } catch { throw VerificationFailure(".", "\(error)") }
    for item in items { try add(item) }
    for place in tiles.keys { tiles[place]?.sort() }
    for number in bundles.keys { bundles[number]?.sort() }
  }

  private mutating func add(_ item: FolderItem) throws(VerificationFailure) {
    switch item.kind {
    case .folder:
      guard LogPath.isFolder(item.path) else {
        throw VerificationFailure(item.path, "a log has no folder of this name")
      }
    case .other:
      throw VerificationFailure(item.path, "a log has only files and folders, and no links")
    case .file:
      guard let path = LogPath(file: item.path) else {
        throw VerificationFailure(item.path, "a log has no file of this name")
      }
      add(path)
    }
  }

  private mutating func add(_ path: LogPath) {
    switch path {
    case .checkpoint: hasCheckpoint = true
    case .publicKey: hasPublicKey = true
    case .segment(let number): segments.insert(number)
    case .tile(let tile):
      switch tile.content {
      case .entries: bundles[tile.index, default: []].append(tile.width)
      case .hashes(let level):
        tiles[Place(level: level, index: tile.index), default: []].append(tile.width)
      }
    }
  }
}

extension LogFolder {
  /// A file as a whole, if it has at most `limit` bytes.
  func whole(_ path: String, limit: Int) throws(VerificationFailure) -> [UInt8] {
    let bytes = try part(of: path, from: 0, count: limit + 1)
    guard bytes.count <= limit else {
      throw VerificationFailure(path, "the file is longer than \(limit) bytes")
    }
    return bytes
  }

  /// At most `count` bytes of a file that must exist.
  func part(
    of path: String, from offset: UInt64, count: Int
  ) throws(VerificationFailure) -> [UInt8] {
    let bytes: [UInt8]?
    do { bytes = try read(path, from: offset, count: count) } catch {
      throw VerificationFailure(path, "\(error)", offset: offset)
    }
    guard let bytes else { throw VerificationFailure(path, "the file is missing") }
    return bytes
  }
}

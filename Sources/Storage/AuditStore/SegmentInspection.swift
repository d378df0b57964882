import TransparencyLog

/// What a log's segment files hold, compared with its leaves.
struct SegmentContents: Equatable {
  /// The events that the checkpoint covers.
  var events: UInt64 = 0
  /// Complete events that it does not cover yet.
  var uncoveredEvents: UInt64 = 0
  /// The earliest and latest time of covered events.
  var first: UInt64?
  var last: UInt64?
  /// Where the lines of the checkpoint's last leaf end.
  var coveredEnd = LogPosition.start
  /// Where the lines of the last leaf end, those after the checkpoint included.
  var sealedEnd = LogPosition.start
  /// How many leaves have their lines in the file of `sealedEnd`.
  var leavesInLastFile = 0
  /// Complete lines that no leaf has, file by file.
  var tail: [Stretch] = []
  /// A last line that is not complete.
  var torn: Stretch?

  struct Stretch: Equatable {
    let start: LogPosition
    var length: UInt64
  }
}

/// Reads every line of every segment file and compares them with the leaves.
struct SegmentInspection {
  private static let chunk = 1 << 20

  private let folder: any LogFolder
  private let index: FolderIndex
  private let head: LogHead
  private let total: UInt64
  private var contents = SegmentContents()

  init(folder: any LogFolder, index: FolderIndex, head: LogHead, total: UInt64) {
    self.folder = folder
    self.index = index
    self.head = head
    self.total = total
  }

  mutating func inspect() throws(VerificationFailure) -> SegmentContents {
    var number: UInt64 = 0
    while number < total {
      let bundle = number / UInt64(Tile.fullWidth)
      let width = index.bundles[bundle]?.last ?? 1
      let path = TreeInspection.bundle(bundle, width: width)
      for entry in try folder.entries(ofBundle: bundle, width: width) {
        guard let leaf = SegmentLeaf.parse(entry), leaf.length > 0, leaf.count > 0 else {
          throw VerificationFailure(path, "the entry is not a segment's", leaf: number)
        }
        try follow(leaf, number: number, bundle: path)
        try inspect(leaf, number: number)
        number += 1
      }
    }
    try inspectTail()
    return contents
  }

  /// Makes sure that a leaf's lines start where those of the leaf before it end.
  private mutating func follow(
    _ leaf: SegmentLeaf, number: UInt64, bundle: String
  ) throws(VerificationFailure) {
    let end = contents.sealedEnd
    if leaf.file == end.segment, leaf.offset == end.offset { return }
    guard leaf.file > 0, leaf.file - 1 == end.segment, leaf.offset == 0, number > 0 else {
      throw VerificationFailure(
        bundle, "the leaf's lines do not follow those of the leaf before", leaf: number)
    }
    let name = LogPath.segmentName(end.segment)
    guard try folder.part(of: name, from: end.offset, count: 1).isEmpty else {
      throw VerificationFailure(
        name, "no leaf covers these bytes, and later ones are covered", offset: end.offset,
        leaf: number)
    }
    contents.sealedEnd = LogPosition(segment: leaf.file, offset: 0)
    contents.leavesInLastFile = 0
  }

  private mutating func inspect(
    _ leaf: SegmentLeaf, number: UInt64
  ) throws(VerificationFailure) {
    let name = LogPath.segmentName(leaf.file)
    let bytes = try folder.part(of: name, from: leaf.offset, count: Int(clamping: leaf.length))
    guard UInt64(bytes.count) == leaf.length else {
      throw VerificationFailure(
        name, "the file is cut short: its leaf covers \(leaf.length) bytes from \(leaf.offset) on",
        offset: leaf.offset + UInt64(bytes.count), leaf: number)
    }
    var open = OpenLeaf(at: LogPosition(segment: leaf.file, offset: leaf.offset))
    var start = 0
    let eventsBefore = contents.events + contents.uncoveredEvents
    var events: UInt64 = 0
    while start < bytes.count {
      let line: EventLine
      do throws(EventLine.Problem) { line = try EventLine.parse(bytes, at: start) } catch {
        throw VerificationFailure(
          name, error.text, offset: leaf.offset + UInt64(start), leaf: number,
          event: eventsBefore + events)
      }
      open.add(line.hash, length: line.end - start, time: line.time)
      events += 1
      start = line.end
    }
    guard open.leaf == leaf else {
      throw VerificationFailure(
        name, "the lines are not those that the leaf covers", offset: leaf.offset, leaf: number)
    }
    count(leaf, number: number)
  }

  private mutating func count(_ leaf: SegmentLeaf, number: UInt64) {
    contents.sealedEnd = leaf.end
    contents.leavesInLastFile += 1
    guard number < head.checkpoint.size else {
      contents.uncoveredEvents += leaf.count
      return
    }
    contents.coveredEnd = leaf.end
    contents.events += leaf.count
    contents.first = min(contents.first ?? .max, leaf.first)
    contents.last = max(contents.last ?? 0, leaf.last)
  }

  /// Reads what is after the last leaf: complete lines, and perhaps a torn one at the very end.
  private mutating func inspectTail() throws(VerificationFailure) {
    var file = contents.sealedEnd.segment
    var offset = contents.sealedEnd.offset
    while index.segments.contains(file) {
      let isLast = !index.segments.contains(file + 1)
      try inspectTail(of: file, from: offset, isLast: isLast)
      if isLast { break }
      file += 1
      offset = 0
    }
    for number in index.segments.sorted() where number > file {
      throw VerificationFailure(
        LogPath.segmentName(number), "the segment file before this one is missing")
    }
  }

  private mutating func inspectTail(
    of file: UInt64, from start: UInt64, isLast: Bool
  ) throws(VerificationFailure) {
    let name = LogPath.segmentName(file)
    var offset = start
    var stretch = SegmentContents.Stretch(
      start: LogPosition(segment: file, offset: start), length: 0)
    reading: while true {
      let bytes = try folder.part(of: name, from: offset, count: Self.chunk)
      if bytes.isEmpty { break }
      guard !head.isClosed else {
        throw VerificationFailure(
          name, "no checkpoint covers these bytes, though the log was closed", offset: offset)
      }
      var position = 0
      while position < bytes.count {
        do throws(EventLine.Problem) {
          position = try EventLine.parse(bytes, at: position).end
          contents.uncoveredEvents += 1
        } catch .unterminated {
          if position > 0, bytes.count == Self.chunk { break }
          let torn = LogPosition(segment: file, offset: offset + UInt64(position))
          guard isLast else {
            throw VerificationFailure(name, "the line does not end", offset: torn.offset)
          }
          contents.torn = .init(start: torn, length: UInt64(bytes.count - position))
          stretch.length = torn.offset - start
          break reading
        } catch {
          throw VerificationFailure(
            name, error.text, offset: offset + UInt64(position),
            event: contents.events + contents.uncoveredEvents)
        }
      }
      offset += UInt64(position)
      stretch.length = offset - start
    }
    if stretch.length > 0 { contents.tail.append(stretch) }
  }
}

extension EventLine.Problem {
  var text: String {
    switch self {
    case .unterminated: "the line does not end"
    case .damaged(let problem): problem
    }
  }
}

/// Reads a log's events in their order, sealed or not. It checks each line, not the log: that is
/// `LogVerifier`'s work.
package struct LogReader: Sendable {
  private static let chunk = 1 << 20

  private let folder: any LogFolder

  /// Reads the log in a folder on disk.
  package init(folder path: String) {
    folder = POSIXLogFolder(path: path)
  }

  init(_ folder: any LogFolder) {
    self.folder = folder
  }

  /// The events from a position on, at most `limit` of them and about a megabyte.
  ///
  /// - Parameters:
  ///   - position: the start of the log, or a `next` of this log.
  ///   - limit: at least 1.
  ///   - end: where to stop; nil reads every complete line that is there.
  package func events(
    from position: LogPosition, limit: Int, until end: LogPosition? = nil
  ) throws -> EventPage {
    var place = position
    while true {
      if let end, place >= end { return EventPage(events: [], next: position) }
      let bytes = try chunk(at: place, until: end)
      if let bytes, !bytes.isEmpty { return try page(bytes, at: place, limit: limit) }
      let next = LogPosition(segment: place.segment &+ 1, offset: 0)
      // The next file exists only once this one is complete.
      guard let first = try folder.read(LogPath.segmentName(next.segment), from: 0, count: 1),
        !first.isEmpty, bytes != nil
      else { return EventPage(events: [], next: position) }
      // This file may have grown between the two looks.
      guard try chunk(at: place, until: end)?.isEmpty ?? true else { continue }
      place = next
    }
  }

  private func chunk(at place: LogPosition, until end: LogPosition?) throws -> [UInt8]? {
    var count = Self.chunk
    if let end, end.segment == place.segment {
      count = min(count, Int(clamping: end.offset - min(place.offset, end.offset)))
    }
    return try folder.read(LogPath.segmentName(place.segment), from: place.offset, count: count)
  }

  private func page(_ bytes: [UInt8], at place: LogPosition, limit: Int) throws -> EventPage {
    var events: [LogEvent] = []
    var start = 0
    while start < bytes.count, events.count < max(1, limit) {
      let line: EventLine
      do throws(EventLine.Problem) {
        line = try EventLine.parse(bytes, at: start)
      } catch .unterminated {
        break
      } catch {
        throw AuditStoreError(
          .invalidPosition,
          "\(LogPath.segmentName(place.segment)), offset \(place.offset + UInt64(start)): "
            + error.text)
      }
      let next = place.advanced(by: line.end)
      events.append(
        LogEvent(
          position: place.advanced(by: start), next: next, time: line.time,
          bytes: Array(bytes[line.event])))
      start = line.end
    }
    return EventPage(events: events, next: place.advanced(by: start))
  }
}

extension LogPosition {
  func advanced(by bytes: Int) -> LogPosition {
    LogPosition(segment: segment, offset: offset + UInt64(bytes))
  }
}

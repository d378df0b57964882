/// A place between two events of a log: a segment file's number and an offset in it, in bytes.
///
/// Positions do not depend on how events are sealed into leaves, and they stay valid for as long as
/// the log exists. The end of one segment file and the start of the next are the same place.
package struct LogPosition: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
  package var segment: UInt64
  package var offset: UInt64

  package static let start = LogPosition(segment: 0, offset: 0)

  package init(segment: UInt64, offset: UInt64) {
    self.segment = segment
    self.offset = offset
  }

  package static func < (left: LogPosition, right: LogPosition) -> Bool {
    (left.segment, left.offset) < (right.segment, right.offset)
  }

  package var description: String { "\(segment)/\(offset)" }
}

/// What an append returns once its events are durable.
package struct Receipt: Hashable, Sendable {
  /// Where the first of the events is.
  package let position: LogPosition
  /// Where the events end: the position to go on reading from.
  package let next: LogPosition
  /// The time that was recorded with the events, in milliseconds since 1970.
  package let time: UInt64
}

/// One event of a log.
package struct LogEvent: Hashable, Sendable {
  /// Where the event is.
  package let position: LogPosition
  /// The position right after it.
  package let next: LogPosition
  /// When it was appended, in milliseconds since 1970, by the log's clock.
  package let time: UInt64
  /// The event as it was given: single-line JSON.
  package let bytes: [UInt8]
}

/// Some consecutive events, and where to go on.
package struct EventPage: Hashable, Sendable {
  package let events: [LogEvent]
  /// The position to read the next page from; equal to the one asked for at the end of the log.
  package let next: LogPosition
}

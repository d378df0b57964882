/// Where an event stands among all events of an index: by time, then log, then position.
///
/// The text form is for cursors: who holds one gives it back as it is, and what no index wrote is
/// refused.
package struct EventPlace: Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package let time: Int64
  package let log: String
  package let position: Int64

  package init(time: Int64, log: String, position: Int64) {
    self.time = time
    self.log = log
    self.position = position
  }

  package init(of event: IndexedEvent) {
    self.init(time: event.time, log: event.log, position: event.position)
  }

  /// Whether this place comes before the event's.
  package func precedes(_ event: IndexedEvent) -> Bool {
    if time != event.time { return time < event.time }
    if log.utf8.elementsEqual(event.log.utf8) { return position < event.position }
    return log.utf8.lexicographicallyPrecedes(event.log.utf8)
  }
}

extension EventPlace: LosslessStringConvertible {
  /// Time, position and the log's name in hexadecimal, with dots between: safe in an address.
  package var description: String {
    var name: [UInt8] = []
    for byte in log.utf8 { name += [Self.digit(byte >> 4), Self.digit(byte & 0xF)] }
    return "\(time).\(position)." + String(decoding: name, as: UTF8.self)
  }

  /// - Returns: nil for a text that is not exactly the description of a place.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let time = Int64(parts[0]), let position = Int64(parts[1]),
      let name = Self.bytes(parts[2].utf8), let log = String(validating: name, as: UTF8.self)
    else { return nil }
    self.init(time: time, log: log, position: position)
    // One place has one text: no plus sign, no leading zeros, no capitals.
    guard description.utf8.elementsEqual(text.utf8) else { return nil }
  }

  /// Two numbers, two dots and a log's name.
  private static let longest = 2 * (20 + 1) + 2 * EventIndexLimits.textBytes

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + (value - 10)
  }

  private static func bytes(_ text: Substring.UTF8View) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text {
      guard let digit = Self.value(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

import Credentials
import Inspection

/// Writes entries as JSON, one object to a line, without anything in between.
struct AccessLogLine {
  /// The second that `text` names; most lines share theirs with the one before.
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Bytes of a path that are written, for a caller whom nobody knows and for others.
  private static let strangersPath = 256
  private static let longestPath = 2048

  mutating func write(_ entry: AccessLogEntry, into output: inout [UInt8]) {
    self.writeTime(entry.time, into: &output)
    Self.text(",\"requestId\":", entry.requestID, &output)
    if let traceID = entry.traceID { Self.text(",\"traceId\":", traceID, &output) }
    Self.text(",\"source\":", entry.source, &output)
    Self.writeRequest(entry, into: &output)
    Self.writeAnswer(entry, into: &output)
    if let principal = entry.principal { Self.text(",\"principal\":", principal, &output) }
    if let credential = entry.credential { Self.text(",\"credential\":", credential, &output) }
    Self.writeDecision(entry, into: &output)
    output.append(UInt8(ascii: "}"))
    output.append(UInt8(ascii: "\n"))
  }

  private mutating func writeTime(_ time: Instant, into output: inout [UInt8]) {
    let second = time.seconds
    if second != self.second || self.text.isEmpty {
      // Up to the seconds; fractions follow.
      self.text = Array(Instant(seconds: second).description.utf8.dropLast(5))
      self.second = second
    }
    Self.raw("{\"time\":\"", &output)
    output.append(contentsOf: self.text)
    let rest = time.milliseconds % 1000
    let milliseconds = UInt64(rest < 0 ? rest + 1000 : rest)
    output.append(UInt8(ascii: "."))
    if milliseconds < 100 { output.append(UInt8(ascii: "0")) }
    if milliseconds < 10 { output.append(UInt8(ascii: "0")) }
    Self.digits(milliseconds, &output)
    Self.raw("Z\"", &output)
  }

  private static func writeRequest(_ entry: AccessLogEntry, into output: inout [UInt8]) {
    if let method = entry.method { Self.text(",\"method\":", method, &output) }
    if let path = entry.path {
      let limit = entry.isAuthenticated ? Self.longestPath : Self.strangersPath
      Self.text(",\"path\":", path, upTo: limit, &output)
      if path.utf8.count > limit { Self.raw(",\"pathCut\":true", &output) }
    }
    if let service = entry.service { Self.text(",\"service\":", service, &output) }
    if let operation = entry.operation { Self.text(",\"operation\":", operation, &output) }
  }

  private static func writeAnswer(_ entry: AccessLogEntry, into output: inout [UInt8]) {
    if let status = entry.status {
      Self.number(",\"status\":", UInt64(clamping: status), &output)
    }
    Self.number(",\"bytesIn\":", entry.bytesIn, &output)
    Self.number(",\"bytesOut\":", entry.bytesOut, &output)
    Self.number(",\"durationUs\":", entry.timing.total / 1000, &output)
    if let time = entry.timing.inspection {
      Self.number(",\"inspectionUs\":", time / 1000, &output)
    }
    if let time = entry.timing.upstream { Self.number(",\"upstreamUs\":", time / 1000, &output) }
  }

  private static func writeDecision(_ entry: AccessLogEntry, into output: inout [UInt8]) {
    if let refusal = entry.refusal {
      Self.raw(",\"decision\":\"deny\"", &output)
      Self.text(",\"stage\":", refusal.stage.rawValue, &output)
      Self.text(",\"reason\":", refusal.name, &output)
    } else {
      Self.raw(",\"decision\":\"allow\"", &output)
    }
    if !entry.shadowed.isEmpty {
      Self.raw(",\"wouldRefuse\":[", &output)
      for (index, refusal) in entry.shadowed.enumerated() {
        Self.text(index == 0 ? "" : ",", refusal.code, &output)
      }
      output.append(UInt8(ascii: "]"))
    }
    if let interruption = entry.interruption {
      Self.text(",\"interruption\":", interruption, &output)
    }
  }

  // MARK: JSON

  private static func raw(_ text: StaticString, _ output: inout [UInt8]) {
    text.withUTF8Buffer { output.append(contentsOf: $0) }
  }

  private static func number(_ name: StaticString, _ value: UInt64, _ output: inout [UInt8]) {
    Self.raw(name, &output)
    Self.digits(value, &output)
  }

  private static func digits(_ value: UInt64, _ output: inout [UInt8]) {
    guard value >= 10 else {
      output.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value))
      return
    }
    Self.digits(value / 10, &output)
    output.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
  }

  /// - Parameter limit: bytes of the text that are written; what it cuts through is left out whole.
  private static func text(
    _ name: StaticString, _ value: String, upTo limit: Int = .max, _ output: inout [UInt8]
  ) {
    Self.raw(name, &output)
    output.append(UInt8(ascii: "\""))
    let whole = value.utf8.count <= limit ? value[...] : Self.prefix(of: value, bytes: limit)
    let written: Void? = whole.utf8.withContiguousStorageIfAvailable { bytes in
      if bytes.allSatisfy(Self.isPlain) {
        output.append(contentsOf: bytes)
      } else {
        for byte in bytes { Self.escape(byte, &output) }
      }
    }
    if written == nil { for byte in whole.utf8 { Self.escape(byte, &output) } }
    output.append(UInt8(ascii: "\""))
  }

  private static func prefix(of value: String, bytes: Int) -> Substring {
    var end = value.utf8.index(value.utf8.startIndex, offsetBy: bytes)
    while end > value.startIndex, end.samePosition(in: value.unicodeScalars) == nil {
      end = value.utf8.index(before: end)
    }
    return value[..<end]
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
  }

  private static func escape(_ byte: UInt8, _ output: inout [UInt8]) {
    guard !Self.isPlain(byte) else { return output.append(byte) }
    output.append(UInt8(ascii: "\\"))
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return output.append(byte) }
    Self.raw("u00", &output)
    output.append(Self.hexDigit(byte >> 4))
    output.append(Self.hexDigit(byte & 15))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
  }
}

/// traceparent of W3C Trace Context, level 1 and 2.
public struct TraceParent: Sendable, Hashable {
  /// The trace id, whose first 8 bytes are the high ones.
  private let traceHigh: UInt64
  private let traceLow: UInt64
  private let parent: UInt64
  /// Whether the caller may have recorded its part (flag 01).
  public let isSampled: Bool
  /// Whether the trace id's last 7 bytes are random (flag 02, level 2).
  public let hasRandomTraceID: Bool

  /// 16 bytes in lower-case hexadecimal, not all zero.
  public var traceID: String {
    String(unsafeUninitializedCapacity: 32) { output in
      let bytes = UnsafeMutableRawBufferPointer(output)
      HexadecimalDigits(traceHigh).store(to: bytes, at: 0)
      HexadecimalDigits(traceLow).store(to: bytes, at: 16)
      return 32
    }
  }
  /// 8 bytes in lower-case hexadecimal, not all zero.
  public var parentID: String {
    String(unsafeUninitializedCapacity: 16) { output in
      HexadecimalDigits(parent).store(to: UnsafeMutableRawBufferPointer(output), at: 0)
      return 16
    }
  }

  /// Makes a parent from the bytes of both ids as numbers, or nil if either is zero.
  public init?(
    traceID: (high: UInt64, low: UInt64), parentID: UInt64, isSampled: Bool,
    hasRandomTraceID: Bool = false
  ) {
    guard traceID.high | traceID.low != 0, parentID != 0 else { return nil }
    traceHigh = traceID.high
    traceLow = traceID.low
    parent = parentID
    self.isSampled = isSampled
    self.hasRandomTraceID = hasRandomTraceID
  }

  /// Makes a parent, or nil unless both ids have their length and form.
  public init?(
    traceID: String, parentID: String, isSampled: Bool, hasRandomTraceID: Bool = false
  ) {
    let trace = Array(traceID.utf8)
    let parent = Array(parentID.utf8)
    guard trace.count == 32, parent.count == 16, let high = Self.number(trace.span, 0..<16),
      let low = Self.number(trace.span, 16..<32), let parent = Self.number(parent.span, 0..<16)
    else { return nil }
    self.init(
      traceID: (high, low), parentID: parent, isSampled: isSampled,
      hasRandomTraceID: hasRandomTraceID)
  }

  /// Reads a field value, section 3.2 of the specification.
  ///
  /// Version ff and anything malformed yield nil. Of versions above 00 the parts known from 00
  /// are read, and further parts after another "-" are left out.
  public init?(_ value: some Collection<UInt8>) { self.init(in: Array(value).span) }

  private init?(in bytes: Span<UInt8>) {
    let dash = UInt8(ascii: "-")
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Self.number(bytes, 0..<2), version != 0xFF,
      let flags = Self.number(bytes, 53..<55),
      bytes.count == 55 || (version > 0 && bytes[55] == dash),
      let high = Self.number(bytes, 3..<19), let low = Self.number(bytes, 19..<35),
      let parent = Self.number(bytes, 36..<52)
    else { return nil }
    self.init(
      traceID: (high, low), parentID: parent, isSampled: flags & 1 == 1,
      hasRandomTraceID: flags & 2 == 2)
  }

  /// The parent that a request's fields carry: nil unless there is exactly one and it is valid,
  /// in which case the trace is to be restarted and tracestate to be dropped.
  public init?(in fields: HTTPFields) {
    guard let field = fields.first(.traceparent), fields.count(of: .traceparent) == 1 else {
      return nil
    }
    self.init(in: field.storage.span.extracting(field.line.value))
  }

  /// The same trace with another span as parent, or nil if `parentID` is zero.
  public func continued(by parentID: UInt64) -> TraceParent? {
    TraceParent(
      traceID: (traceHigh, traceLow), parentID: parentID, isSampled: isSampled,
      hasRandomTraceID: hasRandomTraceID)
  }

  /// The field value, in version 00.
  public var fieldValue: String {
    "00-\(traceID)-\(parentID)-0\(flags)"
  }

  private var flags: UInt8 { (isSampled ? 1 : 0) | (hasRandomTraceID ? 2 : 0) }

  /// Writes the field value, in version 00.
  func write(to writer: inout HeadWriter) {
    writer.append("00-")
    writer.append(HexadecimalDigits(traceHigh))
    writer.append(HexadecimalDigits(traceLow))
    writer.append("-")
    writer.append(HexadecimalDigits(parent))
    writer.append("-0")
    writer.append(0x30 | flags)
  }

  /// The number in at most 16 lower-case hexadecimal digits.
  private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
    var number: UInt64 = 0
    for index in range {
      let byte = bytes[index]
      guard byte < 0x41 || byte > 0x46, let digit = byte.hexDigitValue else { return nil }
      number = number << 4 | UInt64(digit)
    }
    return number
  }
}

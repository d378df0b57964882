/// traceparent of W3C Trace Context, level 1 and 2.
public struct TraceParent: Sendable, Hashable {
  /// 16 bytes in lower-case hexadecimal, not all zero.
  public let traceID: String
  /// 8 bytes in lower-case hexadecimal, not all zero.
  public let parentID: String
  /// Whether the caller may have recorded its part (flag 01).
  public let isSampled: Bool
  /// Whether the trace id's last 7 bytes are random (flag 02, level 2).
  public let hasRandomTraceID: Bool

  /// Makes a parent, or nil unless both ids have their length and form.
  public init?(
    traceID: String, parentID: String, isSampled: Bool, hasRandomTraceID: Bool = false
  ) {
    guard Self.isID(Array(traceID.utf8), count: 32), Self.isID(Array(parentID.utf8), count: 16)
    else { return nil }
    self.traceID = traceID
    self.parentID = parentID
    self.isSampled = isSampled
    self.hasRandomTraceID = hasRandomTraceID
  }

  /// Reads a field value, section 3.2 of the specification.
  ///
  /// Version ff and anything malformed yield nil. Of versions above 00 the parts known from 00
  /// are read, and further parts after another "-" are left out.
  public init?(_ value: some Collection<UInt8>) {
    let bytes = Array(value)
    let dash = UInt8(ascii: "-")
    guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
      let version = Self.byte(bytes[0..<2]), version != 0xFF,
      let flags = Self.byte(bytes[53..<55]),
      bytes.count == 55 || (version > 0 && bytes[55] == dash)
    else { return nil }
    self.init(
      traceID: String(decoding: bytes[3..<35], as: UTF8.self),
      parentID: String(decoding: bytes[36..<52], as: UTF8.self),
      isSampled: flags & 1 == 1, hasRandomTraceID: flags & 2 == 2)
  }

  /// The parent that a request's fields carry: nil unless there is exactly one and it is valid,
  /// in which case the trace is to be restarted and tracestate to be dropped.
  public init?(in fields: HTTPFields) {
    let found = fields.all(named: "traceparent")
    guard let field = found.first, found.count == 1 else { return nil }
    self.init(field.value)
  }

  /// The same trace with another span as parent, or nil if `parentID` is not a span's id.
  public func continued(by parentID: String) -> TraceParent? {
    TraceParent(
      traceID: traceID, parentID: parentID, isSampled: isSampled,
      hasRandomTraceID: hasRandomTraceID)
  }

  /// The field value, in version 00.
  public var fieldValue: String {
    let flags = (isSampled ? 1 : 0) | (hasRandomTraceID ? 2 : 0)
    return "00-\(traceID)-\(parentID)-0\(flags)"
  }

  /// Bytes as lower-case hexadecimal, for ids made from random bytes.
  public static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
    let digits = bytes.flatMap { [UInt8(hexDigit: $0 >> 4), UInt8(hexDigit: $0)] }
    return String(decoding: digits, as: UTF8.self)
  }

  private static func isLowercaseHex(_ byte: UInt8) -> Bool {
    byte.isDigit || (byte >= 0x61 && byte <= 0x66)
  }

  private static func isID(_ bytes: [UInt8], count: Int) -> Bool {
    bytes.count == count && bytes.allSatisfy(isLowercaseHex)
      && bytes.contains { $0 != UInt8(ascii: "0") }
  }

  private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.allSatisfy(isLowercaseHex) else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}

/// Why a line is not a field line, RFC 9112 section 5.
enum FieldLineFault: Error {
  case bareCR
  case folded
  case noColon
  case malformedName
  case blankBeforeColon
  case malformedValue
}

/// Where the name and the value of one field line lie, and which name it is.
struct FieldLine: Sendable {
  let name: Range<Int>
  let value: Range<Int>
  let kind: FieldNameKind
  /// Whether the bytes from the name's first on are name, colon, one space, value and CRLF, so
  /// that they can be written out as they are.
  let isPlain: Bool

  init(name: Range<Int>, value: Range<Int>, kind: FieldNameKind, isPlain: Bool) {
    self.name = name
    self.value = value
    self.kind = kind
    self.isPlain = isPlain
  }

  /// Reads the line at `range` of `bytes`, which does not include its CRLF.
  init(in all: Span<UInt8>, at range: Range<Int>) throws(FieldLineFault) {
    let bytes = all.extracting(..<range.upperBound)
    if let first = range.first, bytes[first].isBlank { throw .folded }
    let nameEnd = bytes.endOfToken(from: range.lowerBound)
    guard nameEnd < range.upperBound else { throw .noColon }
    guard bytes[nameEnd] == UInt8(ascii: ":") else {
      throw Self.faultOfName(bytes, range, stoppedAt: nameEnd)
    }
    guard nameEnd > range.lowerBound else { throw .malformedName }
    let bad = bytes.firstForbiddenInValue(from: nameEnd + 1)
    guard bad == range.upperBound else {
      throw bytes[bad] == .carriageReturn ? .bareCR : .malformedValue
    }
    self.init(trimming: bytes, name: range.lowerBound..<nameEnd, end: range.upperBound)
  }

  /// Reads the line that begins at `start` and moves `start` behind its CRLF, or yields nil if
  /// the line is unfinished, empty, or in any way not as it should be.
  @inline(__always)
  init?(wholeLineOf bytes: Span<UInt8>, at start: inout Int) {
    let nameEnd = bytes.endOfToken(from: start)
    guard nameEnd > start, nameEnd < bytes.count, bytes[nameEnd] == UInt8(ascii: ":") else {
      return nil
    }
    let end = bytes.firstForbiddenInValue(from: nameEnd &+ 1)
    guard end &+ 1 < bytes.count, bytes[end] == .carriageReturn, bytes[end &+ 1] == .lineFeed
    else { return nil }
    self.init(trimming: bytes, name: start..<nameEnd, end: end)
    start = end &+ 2
  }

  /// A line whose name and value have been checked; `end` is where its CRLF belongs.
  @inline(__always)
  private init(trimming bytes: Span<UInt8>, name: Range<Int>, end: Int) {
    var first = name.upperBound &+ 1
    var last = end
    while first < last, bytes[first].isBlank { first &+= 1 }
    while last > first, bytes[last &- 1].isBlank { last &-= 1 }
    self.init(
      name: name, value: first..<last, kind: FieldNameTable.shared.kind(of: name, in: bytes),
      isPlain: first == name.upperBound &+ 2 && last == end
        && bytes[name.upperBound &+ 1] == .space)
  }

  private static func faultOfName(
    _ bytes: Span<UInt8>, _ range: Range<Int>, stoppedAt: Int
  ) -> FieldLineFault {
    if bytes.contains(.carriageReturn, in: range) { return .bareCR }
    guard bytes.contains(UInt8(ascii: ":"), in: range) else { return .noColon }
    return bytes[stoppedAt].isBlank ? .blankBeforeColon : .malformedName
  }
}

extension FieldLine {
  /// Why this field of a request stays behind, or nil.
  @inline(__always)
  var reasonToDropFromRequest: ForwardingRules.Dropped? {
    if let known = kind.known { return known.reasonToDropFromRequest }
    return kind.family == .none ? nil : .identityOrRoute
  }

  /// Whether this field of a response stays behind.
  @inline(__always)
  var isDroppedFromResponse: Bool { kind.known?.isForOneHop ?? (kind.family == .own) }
}

extension Span<UInt8> {
  func contains(_ byte: UInt8, in range: Range<Int>) -> Bool {
    for index in range where self[index] == byte { return true }
    return false
  }
}

extension FieldLine {
  /// Reads field lines from `start` on, up to the empty line, and moves `start` behind that; nil
  /// if they are unfinished or in any way not as they should be.
  @inline(__always)
  static func wholeLines(of bytes: Span<UInt8>, at start: inout Int) -> [FieldLine]? {
    var lines: [FieldLine] = []
    lines.reserveCapacity(12)
    while start &+ 1 < bytes.count {
      if bytes[start] == .carriageReturn {
        guard bytes[start &+ 1] == .lineFeed else { return nil }
        start &+= 2
        return lines
      }
      guard let line = FieldLine(wholeLineOf: bytes, at: &start) else { return nil }
      lines.append(line)
    }
    return nil
  }
}

extension [UInt8] {
  init(copying bytes: Span<UInt8>) {
    self = bytes.withUnsafeBufferPointer { Array($0) }
  }
}

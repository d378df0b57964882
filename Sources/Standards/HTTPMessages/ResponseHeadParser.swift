/// Reads heads of HTTP/1.0 and HTTP/1.1 responses from pieces of any size, RFC 9112.
///
/// As strict as ``RequestHeadParser``, but for two liberties that change no framing: HTTP/1.0 is
/// accepted, and the reason phrase with the space before it may be missing.
public struct ResponseHeadParser: Sendable {
  /// A complete head, and how many bytes of the last piece belong to it.
  public struct Received: Sendable {
    public let response: ReceivedResponse
    public let consumed: Int
  }

  private enum State {
    case start
    case fields(HTTPVersion, HTTPStatus)
    case failed(ResponseFault)
  }

  public let limits: MessageLimits
  private var state = State.start
  private var lines = LineAssembler()
  private var fieldLines: [FieldLine] = []
  private var fieldsStart = 0

  public init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

  /// Whether bytes of an unfinished head have been taken.
  public var isWithinHead: Bool { !lines.bytes.isEmpty }

  /// Takes the next piece of the answer to a request with `method`.
  ///
  /// - Returns: the head once it is complete, interim responses included, after which the parser
  ///   is ready for the next one; nil if more is needed.
  /// - Throws: a fault, and the same one on every later call.
  public mutating func receive(
    _ bytes: Span<UInt8>, answering method: HTTPMethod
  ) throws(ResponseFault) -> Received? {
    if case .failed(let fault) = state { throw fault }
    do throws(ResponseFault) {
      if lines.bytes.isEmpty, let received = try takeWhole(bytes, method) { return received }
      return try take(bytes, method)
    } catch {
      state = .failed(error)
      throw error
    }
  }

  /// Takes the next piece; see ``receive(_:answering:)-(Span<UInt8>,_)``. The bytes are not kept.
  public mutating func receive(
    _ bytes: UnsafeRawBufferPointer, answering method: HTTPMethod
  ) throws(ResponseFault) -> Received? {
    try receive(bytes.assumingMemoryBound(to: UInt8.self).span, answering: method)
  }

  /// Takes a head that is whole, ordinary and within the limits, in one pass over its bytes;
  /// nil for every other one, as in ``RequestHeadParser``.
  private func takeWhole(
    _ bytes: Span<UInt8>, _ method: HTTPMethod
  ) throws(ResponseFault) -> Received? {
    guard case .start = state, let (version, status, lineEnd) = Self.plainStatusLine(bytes),
      lineEnd <= limits.startLineBytes
    else { return nil }
    var end = lineEnd
    guard let lines = FieldLine.wholeLines(of: bytes, at: &end),
      lines.count <= limits.fieldCount, end - lineEnd <= limits.fieldBytes
    else { return nil }
    let fields = HTTPFields(storage: [UInt8](copying: bytes.extracting(..<end)), lines: lines)
    let response = try ReceivedResponse(
      version: version, status: status, fields: fields, requestMethod: method)
    return Received(response: response, consumed: end)
  }

  /// Reads "HTTP/1.1 200 OK" and CRLF, or yields nil if the line is not like that.
  private static func plainStatusLine(
    _ bytes: Span<UInt8>
  ) -> (HTTPVersion, HTTPStatus, end: Int)? {
    guard bytes.count >= 15, bytes[8] == .space, bytes[12] == .space else { return nil }
    // "HTTP/1.1", the first byte lowest.
    let start = bytes.bytes.unsafeLoadUnaligned(as: UInt64.self)
    guard start == UInt64(littleEndian: 0x312E_312F_5054_5448) else { return nil }
    var code = 0
    for index in 9..<12 {
      guard bytes[index].isDigit else { return nil }
      code = code &* 10 &+ Int(bytes[index] &- 0x30)
    }
    let end = bytes.firstForbiddenInValue(from: 13)
    guard end &+ 1 < bytes.count, bytes[end] == .carriageReturn, bytes[end &+ 1] == .lineFeed,
      let status = HTTPStatus(code: code)
    else { return nil }
    return (.http11, status, end &+ 2)
  }

  private mutating func take(
    _ bytes: Span<UInt8>, _ method: HTTPMethod
  ) throws(ResponseFault) -> Received? {
    var offset = 0
    while offset < bytes.count {
      switch state {
      case .start:
        guard let line = try nextLine(from: bytes, at: &offset) else { return nil }
        let (version, status) = try Self.statusLine(lines.bytes[line])
        state = .fields(version, status)
        fieldsStart = lines.finishedBytes
      case .fields(let version, let status):
        guard let line = try nextLine(from: bytes, at: &offset) else { return nil }
        guard line.isEmpty else {
          try addField(at: line)
          continue
        }
        let response = try ReceivedResponse(
          version: version, status: status, fields: takeFields(), requestMethod: method)
        return Received(response: response, consumed: offset)
      case .failed(let fault):
        throw fault
      }
    }
    return nil
  }

  private mutating func nextLine(
    from bytes: Span<UInt8>, at offset: inout Int
  ) throws(ResponseFault) -> Range<Int>? {
    let isStart = if case .start = state { true } else { false }
    let limit =
      isStart ? limits.startLineBytes : limits.fieldBytes - (lines.finishedBytes - fieldsStart)
    do throws(LineFault) {
      return try lines.nextLine(from: bytes, at: &offset, limit: limit)
    } catch {
      guard error == .tooLong else { throw .bareLF }
      throw isStart ? .statusLineTooLong : .fieldsTooLarge
    }
  }

  private mutating func addField(at line: Range<Int>) throws(ResponseFault) {
    guard fieldLines.count < limits.fieldCount else { throw .fieldsTooLarge }
    do throws(FieldLineFault) {
      fieldLines.append(try FieldLine(in: lines.bytes.span, at: line))
    } catch {
      throw error == .bareCR ? .bareCR : .fieldMalformed
    }
  }

  private mutating func takeFields() -> HTTPFields {
    let fields = HTTPFields(storage: lines.bytes, lines: fieldLines)
    lines = LineAssembler()
    fieldLines = []
    state = .start
    return fields
  }

  private static func statusLine(
    _ line: ArraySlice<UInt8>
  ) throws(ResponseFault) -> (HTTPVersion, HTTPStatus) {
    guard !line.contains(.carriageReturn) else { throw .bareCR }
    let parts = line.split(separator: .space, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].starts(with: "HTTP/".utf8) else { throw .statusLineMalformed }
    guard let version = HTTPVersion(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
      throw .versionUnsupported
    }
    guard parts[1].count == 3, parts[1].allSatisfy(\.isDigit),
      parts.dropFirst(2).allSatisfy({ HTTPField.isValidValue($0) })
    else { throw .statusLineMalformed }
    guard let code = Int(String(decoding: parts[1], as: UTF8.self)),
      let status = HTTPStatus(code: code)
    else { throw .statusUnknown }
    return (version, status)
  }
}

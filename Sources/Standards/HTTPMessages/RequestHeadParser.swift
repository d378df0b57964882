/// Reads heads of HTTP/1.1 requests from pieces of any size, RFC 9112.
///
/// The parser does no I/O and gives each sequence of bytes one reading, however it was cut. It
/// copies the bytes of a head once. One empty line before a request is ignored, as RFC 9112
/// section 2.2 asks; a second is refused. Deviations from the RFCs, all towards refusal: only
/// HTTP/1.1, Host that disagrees with an absolute target, field lines folded, bare CR or LF,
/// Transfer-Encoding other than exactly `chunked`.
public struct RequestHeadParser: Sendable {
  /// A complete head, and how many bytes of the last piece belong to it.
  public struct Received: Sendable {
    public let head: RequestHead
    public let consumed: Int
  }

  private enum State {
    case start(skippedEmptyLine: Bool)
    case fields(RequestLine)
    case refused(RequestRefusal)
  }

  public let limits: MessageLimits
  public let pathRules: PathRules
  private var state = State.start(skippedEmptyLine: false)
  private var lines = LineAssembler()
  private var fieldLines: [FieldLine] = []
  private var fieldsStart = 0

  public init(limits: MessageLimits = MessageLimits(), pathRules: PathRules = .strict) {
    self.limits = limits
    self.pathRules = pathRules
  }

  /// Whether bytes of an unfinished head have been taken.
  public var isWithinHead: Bool { !lines.bytes.isEmpty }

  /// Takes the next piece.
  ///
  /// - Returns: the head once it is complete, after which the parser is ready for the next one;
  ///   bytes from `consumed` on have not been looked at. Nil if the whole piece was taken and
  ///   more is needed.
  /// - Throws: a refusal, and the same one on every later call.
  public mutating func receive(_ bytes: Span<UInt8>) throws(RequestRefusal) -> Received? {
    if case .refused(let refusal) = state { throw refusal }
    do throws(RequestRefusal) {
      if lines.bytes.isEmpty, let received = try takeWhole(bytes) { return received }
      return try take(bytes)
    } catch {
      state = .refused(error)
      throw error
    }
  }

  /// Takes the next piece; see ``receive(_:)-(Span<UInt8>)``.
  public mutating func receive(_ bytes: [UInt8]) throws(RequestRefusal) -> Received? {
    try receive(bytes.span)
  }

  /// Takes the next piece; see ``receive(_:)-(Span<UInt8>)``.
  public mutating func receive(_ bytes: some Collection<UInt8>) throws(RequestRefusal) -> Received?
  {
    try receive(Array(bytes).span)
  }

  /// Takes the next piece; see ``receive(_:)-(Span<UInt8>)``. The bytes are not kept.
  public mutating func receive(_ bytes: UnsafeRawBufferPointer) throws(RequestRefusal) -> Received?
  {
    try receive(bytes.assumingMemoryBound(to: UInt8.self).span)
  }

  /// Takes a head that is whole, ordinary and within the limits, in one pass over its bytes.
  ///
  /// Yields nil for every other one, so that what is wrong with it is found in one place; both
  /// ways accept the same heads with the same reading.
  private func takeWhole(_ bytes: Span<UInt8>) throws(RequestRefusal) -> Received? {
    guard case .start = state, let line = PlainRequestLine(bytes),
      line.end <= limits.startLineBytes, line.path.lowerBound - 1 <= limits.methodBytes
    else { return nil }
    var end = line.end
    guard let lines = FieldLine.wholeLines(of: bytes, at: &end),
      lines.count <= limits.fieldCount, end - line.end <= limits.fieldBytes
    else { return nil }
    let storage = [UInt8](copying: bytes.extracting(..<end))
    let head = try RequestHead(
      method: line.method,
      target: RequestTarget(plain: storage, path: line.path, query: line.query),
      fields: HTTPFields(storage: storage, lines: lines), byteCount: end)
    return Received(head: head, consumed: end)
  }

  private mutating func take(_ bytes: Span<UInt8>) throws(RequestRefusal) -> Received? {
    var offset = 0
    while offset < bytes.count {
      switch state {
      case .start(let skippedEmptyLine):
        guard let line = try startLine(from: bytes, at: &offset) else { return nil }
        if line.isEmpty {
          guard !skippedEmptyLine else { throw .requestLineMalformed }
          lines = LineAssembler()
          state = .start(skippedEmptyLine: true)
        } else {
          state = .fields(try RequestLine(lines.bytes[line], limits: limits, rules: pathRules))
          fieldsStart = lines.finishedBytes
        }
      case .fields(let requestLine):
        guard let line = try fieldLine(from: bytes, at: &offset) else { return nil }
        guard line.isEmpty else {
          try addField(at: line)
          continue
        }
        return Received(head: try finish(requestLine), consumed: offset)
      case .refused(let refusal):
        throw refusal
      }
    }
    return nil
  }

  private mutating func startLine(
    from bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Range<Int>? {
    do throws(LineFault) {
      return try lines.nextLine(from: bytes, at: &offset, limit: limits.startLineBytes)
    } catch {
      throw error == .tooLong ? .requestLineTooLong : .bareLF
    }
  }

  private mutating func fieldLine(
    from bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Range<Int>? {
    let used = lines.finishedBytes - fieldsStart
    do throws(LineFault) {
      return try lines.nextLine(from: bytes, at: &offset, limit: limits.fieldBytes - used)
    } catch {
      throw error == .tooLong ? .fieldsTooLarge : .bareLF
    }
  }

  private mutating func addField(at line: Range<Int>) throws(RequestRefusal) {
    guard fieldLines.count < limits.fieldCount else { throw .tooManyFields }
    do throws(FieldLineFault) {
      fieldLines.append(try FieldLine(in: lines.bytes.span, at: line))
    } catch {
      throw RequestRefusal(error)
    }
  }

  private mutating func finish(_ line: RequestLine) throws(RequestRefusal) -> RequestHead {
    let storage = lines.bytes
    let fields = HTTPFields(storage: storage, lines: fieldLines)
    lines = LineAssembler()
    fieldLines = []
    state = .start(skippedEmptyLine: false)
    return try RequestHead(
      method: line.method, target: line.target, fields: fields, byteCount: storage.count)
  }
}

extension RequestRefusal {
  init(_ fault: FieldLineFault) {
    self =
      switch fault {
      case .bareCR: .bareCR
      case .folded: .obsFold
      case .noColon: .fieldLineMalformed
      case .malformedName: .fieldNameMalformed
      case .blankBeforeColon: .whitespaceBeforeColon
      case .malformedValue: .fieldValueMalformed
      }
  }
}

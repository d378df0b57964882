/// Why a head could not be written; nothing of it may be sent then.
public enum HeadWriterFault: String, Error, Sendable, Hashable, CustomStringConvertible {
  /// The memory given is too small.
  case noRoom = "no-room"
  /// A field's name is no token, or its value holds control bytes.
  case invalidField = "invalid-field"

  public var description: String {
    switch self {
    case .noRoom: "the head is larger than the memory given for it; ask for its room beforehand"
    case .invalidField: "a field to be added must be a token and a value without control bytes"
    }
  }
}

/// Writes the head of a message straight into memory, in one pass over the fields it came with.
///
/// The memory is a network buffer's; nothing is allocated and nothing copied twice. Fields that lie
/// side by side and go on as they came are copied together. What is written is valid by
/// construction: it comes from heads that were read, or is checked.
/// ```swift
/// try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: HeadWriter.room(for: head)) {
///   try HeadWriter.write(into: $0) { writer in
///     writer.requestLine(head.method, head.target)
///     writer.requestFields(of: head, forwardCredential: false, dropping: [.traceparent])
///     writer.field("host", upstreamHost)
///     writer.endOfHead()
///   }
/// }
/// ```
public struct HeadWriter: ~Copyable {
  /// Only the functions named `append` touch it, and each looks first whether there is room.
  private let output: UnsafeMutableRawBufferPointer
  /// Bytes written so far.
  public private(set) var count = 0
  private var fault: HeadWriterFault?

  private init(_ output: UnsafeMutableRawBufferPointer) { self.output = output }

  /// Lets `body` write a head into `output`.
  ///
  /// - Returns: how many bytes were written.
  /// - Throws: what was wrong first; the bytes written until then are no head.
  public static func write(
    into output: UnsafeMutableRawBufferPointer, _ body: (inout HeadWriter) -> Void
  ) throws(HeadWriterFault) -> Int {
    var writer = HeadWriter(output)
    body(&writer)
    if let fault = writer.fault { throw fault }
    return writer.count
  }

  /// Lets `body` write a head of at most `room` bytes into a new array.
  public static func bytes(
    room: Int, _ body: (inout HeadWriter) -> Void
  ) throws(HeadWriterFault) -> [UInt8] {
    do {
      return try [UInt8](unsafeUninitializedCapacity: max(0, room)) { buffer, count in
        count = try write(into: UnsafeMutableRawBufferPointer(buffer), body)
      }
    } catch {
      // The array's initializer does not keep the type of the error.
      throw error as? HeadWriterFault ?? .noRoom
    }
  }

  /// Writes bytes as they are.
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>) {
    guard bytes.count <= output.count &- count else { return fail(.noRoom) }
    bytes.withUnsafeBytes { source in
      guard let from = source.baseAddress, let to = output.baseAddress else { return }
      (to + count).copyMemory(from: from, byteCount: source.count)
    }
    count &+= bytes.count
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    guard count < output.count else { return fail(.noRoom) }
    output[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    guard text.hasPointerRepresentation else { return fail(.invalidField) }
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount).span)
  }

  mutating func append(_ digits: HexadecimalDigits) {
    guard output.count &- count >= 16 else { return fail(.noRoom) }
    digits.store(to: output, at: count)
    count &+= 16
  }

  mutating func appendLineEnd() { append("\r\n") }

  mutating func fail(_ found: HeadWriterFault) {
    if fault == nil { fault = found }
  }

  /// The bytes from `start` on must be those of a field value.
  mutating func checkValue(from start: Int) {
    guard fault == nil else { return }
    let isValid = withWritten { $0.firstForbiddenInValue(from: start) == $0.count }
    if !isValid { fail(.invalidField) }
  }

  /// The bytes from `start` on must be a token.
  mutating func checkName(from start: Int) {
    guard fault == nil else { return }
    let isValid = count > start && withWritten { $0.endOfToken(from: start) == $0.count }
    if !isValid { fail(.invalidField) }
  }

  /// Calls `body` with what has been written so far.
  private func withWritten<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    body(
      UnsafeRawBufferPointer(rebasing: output[..<count]).assumingMemoryBound(to: UInt8.self).span)
  }
}

extension HeadWriter {
  /// A request line with the target in origin form (asterisk form stays).
  public mutating func requestLine(_ method: HTTPMethod, _ target: RequestTarget) {
    append(method.startOfLine)
    let end = (target.queryRange ?? target.pathRange).upperBound
    append(target.storage.span.extracting(target.pathRange.lowerBound..<end))
    append(" HTTP/1.1\r\n")
  }

  /// A status line with the registered reason phrase.
  public mutating func statusLine(_ status: HTTPStatus) {
    append("HTTP/1.1 ")
    append(decimal: UInt64(clamping: status.code))
    append(.space)
    append(status.phrase)
    appendLineEnd()
  }

  /// The fields of a request that go on; see ``ForwardingRules``.
  ///
  /// - Parameters:
  ///   - forwardCredential: whether Authorization and DPoP go on.
  ///   - dropping: further fields that stay behind, because others are written in their place.
  public mutating func requestFields(
    of head: RequestHead, forwardCredential: Bool, dropping: KnownFieldNames = []
  ) {
    let options = head.connectionOptions
    write(head.fields) { line, storage in
      switch line.reasonToDropFromRequest {
      case .none: break
      case .some(.credential): if !forwardCredential { return false }
      case .some: return false
      }
      if let known = line.kind.known, dropping.contains(known) { return false }
      return options.isEmpty || !ForwardingRules.isNominated(line, in: storage, by: options)
    }
  }

  /// The fields of a response that go back to the client; see ``ForwardingRules``.
  public mutating func responseFields(
    of response: ReceivedResponse, dropping: KnownFieldNames = []
  ) {
    let options = response.connectionOptions
    write(response.head.fields) { line, storage in
      if line.isDroppedFromResponse { return false }
      if let known = line.kind.known, dropping.contains(known) { return false }
      return options.isEmpty || !ForwardingRules.isNominated(line, in: storage, by: options)
    }
  }

  /// All of the fields, whatever they are.
  public mutating func fields(_ fields: HTTPFields) { write(fields) { _, _ in true } }

  /// What ends a head.
  public mutating func endOfHead() { appendLineEnd() }

  /// Writes those lines that are wanted, neighbours in one copy.
  @inline(__always)
  private mutating func write(
    _ fields: HTTPFields, where isWanted: (FieldLine, [UInt8]) -> Bool
  ) {
    let bytes = fields.storage.span
    var run = 0..<0
    for line in fields.lines where isWanted(line, fields.storage) {
      guard line.isPlain else {
        append(bytes.extracting(run))
        run = 0..<0
        append(line, of: bytes)
        continue
      }
      let whole = line.name.lowerBound..<(line.value.upperBound &+ 2)
      if whole.lowerBound != run.upperBound {
        append(bytes.extracting(run))
        run = whole
      } else {
        run = run.lowerBound..<whole.upperBound
      }
    }
    append(bytes.extracting(run))
  }

  private mutating func append(_ line: FieldLine, of bytes: Span<UInt8>) {
    append(bytes.extracting(line.name))
    append(": ")
    append(bytes.extracting(line.value))
    appendLineEnd()
  }
}

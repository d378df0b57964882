/// Finds the content of a message in the bytes that follow its head, without copying them.
///
/// Give it each piece of input and take parts until it returns nil:
/// ```swift
/// var offset = 0
/// while let part = try decoder.next(in: piece, at: &offset) { … }
/// ```
/// Chunked content is read strictly: no chunk extensions, no bare CR or LF, a size of at most 16
/// digits. Trailers are checked, bounded and dropped. In a response the same refusals say what the
/// server did wrong.
public struct BodyDecoder: Sendable {
  public enum Part: Sendable, Hashable {
    /// Content, as a range of the piece that was passed in.
    case data(Range<Int>)
    /// The message is over; bytes from `offset` on belong to the next one.
    case end
  }

  private enum State {
    case counted(remaining: UInt64)
    case chunked(ChunkedFraming)
    case untilClose
    case ended
  }

  /// The most content bytes accepted, or nil for no limit; may be lowered at any time.
  public var maximumBytes: UInt64?
  /// Content bytes found so far.
  public private(set) var decodedBytes: UInt64 = 0
  private var state: State
  private var refusal: RequestRefusal?

  public init(
    framing: MessageFraming, limits: MessageLimits = MessageLimits(), maximumBytes: UInt64? = nil
  ) {
    self.maximumBytes = maximumBytes
    state =
      switch framing {
      case .none: .counted(remaining: 0)
      case .contentLength(let count): .counted(remaining: count)
      case .chunked: .chunked(ChunkedFraming(limits: limits))
      case .untilClose: .untilClose
      }
  }

  /// Whether the end has been reached and reported.
  public var isEnded: Bool { if case .ended = state { true } else { false } }

  /// The next part of `bytes` from `offset` on, moving `offset` behind it.
  ///
  /// - Returns: nil when the piece is used up, and always after the end.
  /// - Throws: a refusal, and the same one on every later call.
  public mutating func next(
    in bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Part? {
    if let refusal { throw refusal }
    do throws(RequestRefusal) {
      return try advance(in: bytes, at: &offset)
    } catch {
      refusal = error
      throw error
    }
  }

  /// Says that the connection was closed.
  ///
  /// - Throws: ``RequestRefusal/bodyTruncated`` if content was still to come.
  public mutating func finish() throws(RequestRefusal) {
    if let refusal { throw refusal }
    switch state {
    case .ended, .untilClose, .counted(remaining: 0): state = .ended
    case .counted, .chunked: throw .bodyTruncated
    }
  }

  private mutating func advance(
    in bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Part? {
    switch state {
    case .ended:
      return nil
    case .counted(let remaining):
      try checkLimit(adding: remaining)
      guard remaining > 0 else { return end() }
      guard let range = take(remaining, of: bytes, at: &offset) else { return nil }
      state = .counted(remaining: remaining - UInt64(range.count))
      return .data(range)
    case .untilClose:
      guard let range = take(.max, of: bytes, at: &offset) else { return nil }
      try checkLimit(adding: 0)
      return .data(range)
    case .chunked(var framing):
      // Moved out, so that the assembler inside is not copied on each call.
      state = .untilClose
      defer { if case .untilClose = state { state = .chunked(framing) } }
      return try advance(&framing, in: bytes, at: &offset)
    }
  }

  private mutating func advance(
    _ framing: inout ChunkedFraming, in bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Part? {
    switch try framing.advance(in: bytes, at: &offset) {
    case .needsMore:
      return nil
    case .chunk(let remaining):
      try checkLimit(adding: remaining)
      guard let range = take(remaining, of: bytes, at: &offset) else { return nil }
      framing.took(UInt64(range.count))
      return .data(range)
    case .end:
      return end()
    }
  }

  private mutating func end() -> Part {
    state = .ended
    return .end
  }

  private mutating func take(
    _ wanted: UInt64, of bytes: Span<UInt8>, at offset: inout Int
  ) -> Range<Int>? {
    guard offset < bytes.count else { return nil }
    let count = Int(clamping: min(wanted, UInt64(bytes.count - offset)))
    let range = offset..<(offset + count)
    offset = range.upperBound
    decodedBytes += UInt64(count)
    return range
  }

  private func checkLimit(adding announced: UInt64) throws(RequestRefusal) {
    let (total, overflow) = decodedBytes.addingReportingOverflow(announced)
    guard !overflow, total <= maximumBytes ?? .max else { throw .bodyTooLarge }
  }
}

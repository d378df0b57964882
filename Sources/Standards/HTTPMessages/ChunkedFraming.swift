/// The bytes between chunks, RFC 9112 section 7.1, as a state machine over single bytes.
struct ChunkedFraming: Sendable {
  enum Step {
    case needsMore
    /// This many bytes of the current chunk are still to come.
    case chunk(remaining: UInt64)
    case end
  }

  private enum State {
    case size(value: UInt64, digits: Int)
    case sizeLineFeed(value: UInt64)
    case data(remaining: UInt64)
    case dataLineFeed
    case trailers
  }

  private let limits: MessageLimits
  private var state = State.size(value: 0, digits: 0)
  private var trailers = LineAssembler()
  private var trailerCount = 0

  init(limits: MessageLimits) { self.limits = limits }

  /// Says that bytes of the current chunk were taken.
  mutating func took(_ count: UInt64) {
    guard case .data(let remaining) = state, count <= remaining else { return }
    state = .data(remaining: remaining - count)
  }

  /// Reads up to the next content byte or the end.
  mutating func advance(
    in bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Step {
    while true {
      if case .data(let remaining) = state, remaining > 0 { return .chunk(remaining: remaining) }
      guard offset < bytes.count else { return .needsMore }
      if case .trailers = state {
        return try takeTrailers(from: bytes, at: &offset) ? .end : .needsMore
      }
      try take(bytes[offset])
      offset += 1
    }
  }

  private mutating func take(_ byte: UInt8) throws(RequestRefusal) {
    switch state {
    case .size(let value, let digits):
      try takeSizeByte(byte, value: value, digits: digits)
    case .sizeLineFeed(let value):
      guard byte == .lineFeed else { throw .bareCR }
      state = value == 0 ? .trailers : .data(remaining: value)
    case .data:
      guard byte == .carriageReturn else { throw .chunkDataMalformed }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == .lineFeed else { throw .chunkDataMalformed }
      state = .size(value: 0, digits: 0)
    case .trailers:
      throw .trailerMalformed
    }
  }

  private mutating func takeSizeByte(
    _ byte: UInt8, value: UInt64, digits: Int
  ) throws(RequestRefusal) {
    if let digit = byte.hexDigitValue {
      // Sixteen digits fill 64 bits exactly.
      guard digits < 16 else { throw .chunkSizeMalformed }
      state = .size(value: value << 4 | UInt64(digit), digits: digits + 1)
      return
    }
    guard digits > 0 else { throw .chunkSizeMalformed }
    switch byte {
    case .carriageReturn: state = .sizeLineFeed(value: value)
    case .lineFeed: throw .bareLF
    case UInt8(ascii: ";"): throw .chunkExtension
    default: throw .chunkSizeMalformed
    }
  }

  /// True once the empty line has come.
  private mutating func takeTrailers(
    from bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Bool {
    while let line = try trailerLine(from: bytes, at: &offset) {
      if line.isEmpty { return true }
      trailerCount += 1
      guard trailerCount <= limits.trailerCount else { throw .trailersTooLarge }
      try checkTrailer(at: line)
    }
    return false
  }

  private mutating func trailerLine(
    from bytes: Span<UInt8>, at offset: inout Int
  ) throws(RequestRefusal) -> Range<Int>? {
    guard offset < bytes.count else { return nil }
    let limit = limits.trailerBytes - trailers.finishedBytes
    do throws(LineFault) {
      return try trailers.nextLine(from: bytes, at: &offset, limit: limit)
    } catch {
      throw error == .tooLong ? .trailersTooLarge : .bareLF
    }
  }

  private func checkTrailer(at line: Range<Int>) throws(RequestRefusal) {
    let field: FieldLine
    do throws(FieldLineFault) {
      field = try FieldLine(in: trailers.bytes.span, at: line)
    } catch {
      throw RequestRefusal(error)
    }
    guard field.kind.known?.isForbiddenInTrailers != true else { throw .trailerForbidden }
  }
}

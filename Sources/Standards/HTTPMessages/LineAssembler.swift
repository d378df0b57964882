import Glibc

/// Why a line cannot be read.
enum LineFault: Error {
  case tooLong
  case bareLF
}

/// Collects the lines of a message's head from pieces of any size, copying each byte once.
///
/// A decision depends only on the bytes received so far, never on how they were cut.
struct LineAssembler: Sendable {
  /// Every byte of the lines taken so far, and of the unfinished one.
  private(set) var bytes: [UInt8] = []
  private var lineStart = 0

  /// The bytes of lines taken so far, line ends included.
  var finishedBytes: Int { lineStart }

  /// Takes bytes from `input` at `offset` on; the line without its CRLF once that has come.
  ///
  /// - Parameter limit: the most bytes that the line may have, its CRLF included.
  mutating func nextLine(
    from input: Span<UInt8>, at offset: inout Int, limit: Int
  ) throws(LineFault) -> Range<Int>? {
    let rest = input.extracting(offset...)
    let allowed = max(0, limit - (bytes.count - lineStart))
    let lineFeed = Self.firstLineFeed(in: rest.extracting(..<min(rest.count, allowed)))
    let taken = lineFeed.map { $0 + 1 } ?? rest.count
    guard taken <= allowed else { throw .tooLong }
    if bytes.isEmpty { bytes.reserveCapacity(1_024) }
    rest.extracting(..<taken).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    offset += taken
    guard lineFeed != nil else { return nil }
    let line = lineStart..<(bytes.count - 1)
    lineStart = bytes.count
    guard bytes[line].last == .carriageReturn else { throw .bareLF }
    return line.dropLast()
  }

  private static func firstLineFeed(in bytes: Span<UInt8>) -> Int? {
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress,
        let found = memchr(start, Int32(UInt8.lineFeed), buffer.count)
      else { return nil }
      return UnsafeRawPointer(found) - start
    }
  }
}

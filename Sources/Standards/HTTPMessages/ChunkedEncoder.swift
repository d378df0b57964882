/// Writes chunked content, RFC 9112 section 7.1, without extensions and trailers.
public enum ChunkedEncoder {
  /// What goes before the bytes of a chunk; a size below 1 would end the content, so it yields
  /// nothing.
  public static func prefix(forSize size: Int) -> [UInt8] {
    guard size > 0 else { return [] }
    return Array(String(size, radix: 16).utf8) + [.carriageReturn, .lineFeed]
  }

  /// What goes after the bytes of a chunk.
  public static let suffix: [UInt8] = [.carriageReturn, .lineFeed]

  /// What ends the content: the last chunk and an empty trailer section.
  public static let end = Array("0\r\n\r\n".utf8)

  /// Writes `bytes` as one chunk, or nothing if there are none.
  public static func encode(_ bytes: some Collection<UInt8>, into output: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    output.append(contentsOf: prefix(forSize: bytes.count))
    output.append(contentsOf: bytes)
    output.append(contentsOf: suffix)
  }
}

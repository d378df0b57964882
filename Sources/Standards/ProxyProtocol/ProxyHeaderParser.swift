/// Reads the header at the beginning of a connection from pieces of any size.
///
/// The parser does no I/O, and takes at most one header: whatever follows is the connection's own.
/// Stricter than the protocol's text, towards refusal: addresses of version 1 in canonical form,
/// transports other than streams and headers longer than ``maximumBytes`` are refused.
public struct ProxyHeaderParser: Sendable {
  /// The most bytes that are read of a binary header with its extensions; the longest that any
  /// proxy is known to send holds a client certificate's names.
  public static let maximumBytes = 4_096
  /// The longest line of version 1, CRLF included.
  static let maximumLineBytes = 107

  /// A complete header, and how many bytes of the last piece belong to it.
  public struct Received: Sendable, Hashable {
    public let header: ProxyHeader
    public let consumed: Int
  }

  private enum State {
    case reading
    case finished(ProxyHeader)
    case failed(ProxyHeaderFault)
  }

  private var state = State.reading
  private var bytes: [UInt8] = []

  public init() {}

  /// Takes the next piece.
  ///
  /// - Returns: the header once it is complete; bytes from `consumed` on have not been looked at.
  ///   Nil if the whole piece was taken and more is needed. After the header, every call returns it
  ///   again with nothing consumed.
  /// - Throws: a fault, and the same one on every later call.
  public mutating func receive(_ piece: some Collection<UInt8>) throws(ProxyHeaderFault)
    -> Received?
  {
    switch state {
    case .failed(let fault): throw fault
    case .finished(let header): return Received(header: header, consumed: 0)
    case .reading: break
    }
    do throws(ProxyHeaderFault) {
      return try take(piece)
    } catch {
      (state, bytes) = (.failed(error), [])
      throw error
    }
  }

  private mutating func take(
    _ piece: some Collection<UInt8>
  ) throws(ProxyHeaderFault) -> Received? {
    var consumed = 0
    for byte in piece {
      bytes.append(byte)
      consumed += 1
      guard let header = try headerIfComplete() else { continue }
      (state, bytes) = (.finished(header), [])
      return Received(header: header, consumed: consumed)
    }
    return nil
  }

  private func headerIfComplete() throws(ProxyHeaderFault) -> ProxyHeader? {
    if bytes.first == TextHeader.beginning.first {
      guard try TextHeader.isComplete(bytes) else { return nil }
      return try TextHeader.read(bytes)
    }
    guard let length = try BinaryHeader.length(of: bytes), bytes.count == length else { return nil }
    return try BinaryHeader.read(bytes)
  }
}

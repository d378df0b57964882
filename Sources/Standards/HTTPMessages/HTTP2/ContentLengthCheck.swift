/// Whether as much content comes as was announced, RFC 9113 section 8.1.1: the payloads of all DATA
/// frames, without padding, must add up to `content-length`.
public struct ContentLengthCheck: Sendable {
  private let announced: UInt64?
  private var received: UInt64 = 0

  /// - Parameter framing: that of the ``RequestHead``.
  public init(framing: MessageFraming) {
    switch framing {
    case .none: announced = 0
    case .contentLength(let count): announced = count
    case .chunked, .untilClose: announced = nil
    }
  }

  /// Takes the payload of one DATA frame, in bytes. Zero bytes are always in order.
  ///
  /// - Throws: ``RequestRefusal/contentLengthDisagrees`` as soon as there is more than was announced.
  public mutating func receive(_ byteCount: Int) throws(RequestRefusal) {
    let (sum, overflows) = received.addingReportingOverflow(UInt64(clamping: byteCount))
    guard !overflows, announced.map({ sum <= $0 }) ?? true else { throw .contentLengthDisagrees }
    received = sum
  }

  /// Ends the content.
  ///
  /// - Throws: ``RequestRefusal/contentLengthDisagrees`` if there was less than was announced.
  public func finish() throws(RequestRefusal) {
    guard announced.map({ received == $0 }) ?? true else { throw .contentLengthDisagrees }
  }
}

import NIOCore

/// One connection's bytes, as those who speak a protocol on it see them. Everything about it happens
/// on one event loop. That it is small is on purpose: what carries the bytes can be replaced without
/// anybody noticing who reads and writes messages.
protocol ByteTransport: AnyObject {
  /// Whether more can be written without piling up.
  var isWritable: Bool { get }
  /// Bytes that were written and that the peer has not taken yet.
  var untakenBytes: Int { get }
  /// Queues bytes; `flush` sends them.
  /// - Parameter isOfStock: whether they lie in a buffer of the loop's `BufferStock`, to which it may return
  ///   once they are sent.
  func write(_ bytes: ByteBuffer, isOfStock: Bool)
  func flush()
  /// Whether bytes are taken from the peer; what it sends meanwhile waits with it.
  func setReading(_ isReading: Bool)
  /// With `.output`, sends what is queued, and then says that nothing more will come. With `.all`, ends the
  /// connection; what was not sent is lost.
  func close(_ mode: CloseMode)
}

extension ByteTransport {
  func write(_ bytes: ByteBuffer) { self.write(bytes, isOfStock: false) }
  func finishWriting() { self.close(.output) }
  func close() { self.close(.all) }
}

/// Whoever speaks the protocol of a connection.
protocol ByteReceiver: AnyObject {
  func received(_ bytes: ByteBuffer)
  /// Nothing more is there at the moment.
  func receivedAll()
  /// The peer takes bytes again.
  func becameWritable()
  /// The connection is over; nothing more happens.
  /// - Parameter isClean: whether the peer said that nothing more comes: with TLS, within it. Otherwise
  ///   what came last may not be all.
  func closed(isClean: Bool)
}

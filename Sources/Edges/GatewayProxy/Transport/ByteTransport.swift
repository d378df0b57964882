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
  func write(_ bytes: ByteBuffer)
  /// Queues bytes of the loop's `BufferStock`, to which they return when they are sent.
  func writeHead(_ bytes: ByteBuffer)
  func flush()
  /// Whether bytes are taken from the peer; what it sends meanwhile waits with it.
  func setReading(_ isReading: Bool)
  /// Sends what is queued, and then says that nothing more will come.
  func finishWriting()
  /// Ends the connection; what was not sent is lost.
  func close()
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

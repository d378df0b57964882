/// How a handshake ended.
package enum HandshakeEnd: String, Sendable, Hashable, CaseIterable {
  case completed
  /// TLS refused something, or the client did.
  case failed
  /// It took too long.
  case timedOut
  /// The connection closed before.
  case abandoned
}

/// How those who count connections hear of handshakes. Called on the connection's event loop.
package struct HandshakeHooks: Sendable {
  /// Whether one more may begin; if not, the connection is closed without an answer.
  package let begin: @Sendable () -> Bool
  /// Called exactly once for each that has begun.
  package let end: @Sendable (HandshakeEnd) -> Void

  package init(
    begin: @escaping @Sendable () -> Bool = { true },
    end: @escaping @Sendable (HandshakeEnd) -> Void = { _ in }
  ) {
    self.begin = begin
    self.end = end
  }
}

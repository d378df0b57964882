import Distribution

/// What waits to be sent to one gateway. A gateway that reads too slowly loses its session and begins
/// again with a snapshot, so that it cannot fill the server's memory.
struct FeedOutbox: Sendable {
  /// More messages than this do not wait.
  static let capacity = 4096

  let messages: AsyncStream<FeedMessage>
  private let continuation: AsyncStream<FeedMessage>.Continuation

  init() {
    (self.messages, self.continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(Self.capacity))
  }

  /// - Throws: `AdministrationError` when too much waits, now or earlier: the session is over.
  func put(_ message: FeedMessage) throws {
    if !self.offer(message) {
      throw AdministrationError(
        .unavailable, "the gateway does not keep up with what it is told; it has to reconnect")
    }
  }

  /// Whether the message waits now. After one that did not fit nothing else is taken.
  @discardableResult func offer(_ message: FeedMessage) -> Bool {
    if case .enqueued = self.continuation.yield(message) { return true }
    self.continuation.finish()
    return false
  }
}

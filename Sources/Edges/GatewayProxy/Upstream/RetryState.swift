import HTTPMessages

/// Whether a request that was not answered may be sent once more.
///
/// A service may close a connection just as a request is sent on it. Such a request is repeated, if the
/// method says that this does no harm (RFC 9110 section 9.2.2) and nothing of its content is gone.
struct RetryState {
  private var isReused = false
  private var hasSentBody = false
  private var repeats = 0

  private static let mostRepeats = 1

  mutating func began(isReused: Bool) { self.isReused = isReused }

  mutating func sentBody() { self.hasSentBody = true }

  mutating func mayRepeat(after failure: UpstreamFailure, _ method: HTTPMethod) -> Bool {
    guard failure == .closedEarly, self.isReused, !self.hasSentBody, method.isIdempotent,
      self.repeats < Self.mostRepeats
    else { return false }
    self.repeats += 1
    return true
  }
}

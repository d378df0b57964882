import NIOCore

/// Bounds what retries add to the load of a service that is in trouble already: a fifth of the requests
/// of the last seconds, and a few in any case.
struct RetryBudget {
  private static let window = TimeAmount.seconds(10)
  private static let always = 3
  private static let divisor = 5

  private struct Window {
    /// The count of all requests when it began.
    var requests = 0
    var retries = 0
  }

  private var began: NIODeadline
  private var current = Window()
  private var previous = Window()

  init(at now: NIODeadline) {
    self.began = now
  }

  /// - Parameter requests: how many were begun, ever.
  /// - Returns: whether one more may be sent again; it is then counted.
  mutating func take(requests: Int, at now: NIODeadline) -> Bool {
    self.advance(requests: requests, to: now)
    let recent = max(0, requests &- self.previous.requests)
    let retries = self.current.retries + self.previous.retries
    guard retries < max(Self.always, recent / Self.divisor) else { return false }
    self.current.retries += 1
    return true
  }

  private mutating func advance(requests: Int, to now: NIODeadline) {
    let elapsed = now - self.began
    guard elapsed >= Self.window else { return }
    if elapsed < Self.window * 2 {
      self.began = self.began + Self.window
      self.previous = self.current
    } else {
      // Nobody asked for longer than is looked at: so many came in one window on average.
      let windows = max(1, elapsed.nanoseconds / Self.window.nanoseconds)
      let average = max(0, requests &- self.current.requests) / Int(clamping: windows)
      self.began = now
      self.previous = Window(requests: requests &- average)
    }
    self.current = Window(requests: requests)
  }
}

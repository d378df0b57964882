import GatewayProxy
import Logging
import ServiceLifecycle

/// Listeners one after the other, wherever it is wanted: the next one accepts connections before the one
/// of before stops, and what that one has under way goes on. One that cannot listen changes nothing.
struct ListenerSuccession {
  private enum News: Sendable {
    /// Where to listen may have changed.
    case wanted
    case ready(Int)
    case ended(Int, (any Error)?)
    /// Nobody will want anything any more.
    case closing
  }

  let place: ListeningPlace
  let logger: Logger
  /// - Parameter ready: to be called when it accepts connections.
  let make: (SocketAddressText, _ ready: @escaping @Sendable () -> Void) -> GatewayListener

  /// Runs until all listeners have ended.
  /// - Throws: when the first one cannot listen, or the one in charge fails.
  func run() async throws {
    let (stream, news) = AsyncStream<News>.makeStream()
    let place = self.place
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask {
        await cancelWhenGracefulShutdown {
          for await _ in place.changes() { news.yield(.wanted) }
        }
        news.yield(.closing)
      }
      var line = Line()
      for await event in stream {
        switch event {
        case .wanted:
          guard let (number, address) = line.next(place.current) else { break }
          let listener = self.make(address) { news.yield(.ready(number)) }
          line.listeners[number] = listener
          group.addTask {
            do {
              try await listener.run()
              news.yield(.ended(number, nil))
            } catch {
              news.yield(.ended(number, error))
            }
          }
        case .ready(let number):
          line.ready(number)
          place.note(problem: nil)
        case .ended(let number, let error):
          if let error = line.end(number, error) {
            place.note(problem: "the new address cannot be listened on: \(error)")
            self.logger.error(
              "the new address cannot be listened on; the one of before stays",
              metadata: ["error": "\(error)"])
          }
          if let failure = line.failure { throw failure }
        case .closing: line.isClosing = true
        }
        if line.isClosing, line.listeners.isEmpty { break }
      }
      group.cancelAll()
    }
  }

  /// Who listens, who is about to, and who has been relieved.
  private struct Line {
    var listeners: [Int: GatewayListener] = [:]
    var isClosing = false
    private(set) var failure: (any Error)?
    private var addresses: [Int: SocketAddressText] = [:]
    private var attempted: SocketAddressText?
    private var count = 0
    private var inCharge: Int?

    /// - Returns: what is to be started, if anything.
    mutating func next(_ wanted: SocketAddressText) -> (Int, SocketAddressText)? {
      guard !self.isClosing, wanted != self.attempted else { return nil }
      self.count += 1
      self.attempted = wanted
      self.addresses[self.count] = wanted
      return (self.count, wanted)
    }

    mutating func ready(_ number: Int) {
      if let inCharge, inCharge > number {
        self.listeners[number]?.retire()
      } else {
        if let inCharge { self.listeners[inCharge]?.retire() }
        self.inCharge = number
      }
    }

    /// - Returns: why a successor could not begin.
    mutating func end(_ number: Int, _ error: (any Error)?) -> (any Error)? {
      self.listeners[number] = nil
      self.addresses[number] = nil
      guard let error else { return nil }
      guard let inCharge, inCharge != number else {
        self.failure = error
        return nil
      }
      if number == self.count { self.attempted = self.addresses[inCharge] }
      return error
    }
  }
}

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
      var line = ListenerLine<SocketAddressText>()
      var listeners: [Int: GatewayListener] = [:]
      for await event in stream {
        switch event {
        case .wanted:
          let address = place.current
          guard let number = line.next(address) else { break }
          let listener = self.make(address) { news.yield(.ready(number)) }
          listeners[number] = listener
          group.addTask {
            do {
              try await listener.run()
              news.yield(.ended(number, nil))
            } catch {
              news.yield(.ended(number, error))
            }
          }
        case .ready(let number):
          if let relieved = line.ready(number) { listeners[relieved]?.retire() }
          place.note(problem: nil)
        case .ended(let number, let error):
          listeners[number] = nil
          guard let error else {
            _ = line.end(number, hasFailed: false)
            break
          }
          if line.end(number, hasFailed: true) == .fatal { throw error }
          self.note(error)
        case .closing: line.close()
        }
        if line.isOver { break }
      }
      group.cancelAll()
    }
  }

  private func note(_ error: any Error) {
    self.place.note(problem: "the new address cannot be listened on: \(error)")
    self.logger.error(
      "the new address cannot be listened on; the one of before stays",
      metadata: ["error": "\(error)"])
  }
}

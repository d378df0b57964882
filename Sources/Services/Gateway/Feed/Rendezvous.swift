import Synchronization

/// Hands elements from any number of senders to one receiver, one at a time: a sender goes on once
/// its element was taken, so that nothing piles up between them.
package final class Rendezvous<Element: Sendable>: Sendable {
  private typealias Receiver = CheckedContinuation<Element?, any Error>

  private struct Offer {
    let number: UInt64
    let element: Element
    let taken: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var next: UInt64 = 0
    var offers: [Offer] = []
    var receiver: Receiver?
    var end: Result<Void, any Error>?
  }

  private let state = Mutex(State())

  package init() {}

  /// - Returns: whether the element was taken; false once it is over or the task is cancelled.
  package func send(_ element: Element) async -> Bool {
    let number = self.state.withLock { state in
      state.next &+= 1
      return state.next
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        self.offer(Offer(number: number, element: element, taken: continuation))
      }
    } onCancel: {
      self.withdraw(number)
    }
  }

  /// The next element; `nil` at the end, or once the task is cancelled.
  package func next() async throws -> Element? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        self.receive(continuation)
      }
    } onCancel: {
      let receiver = self.state.withLock { state in
        defer { state.receiver = nil }
        return state.receiver
      }
      receiver?.resume(returning: nil)
    }
  }

  /// Ends it for both sides; offers that nobody took are refused. Only the first call counts.
  package func finish(throwing error: (any Error)? = nil) {
    let (offers, receiver) = self.state.withLock { state -> ([Offer], Receiver?) in
      guard state.end == nil else { return ([], nil) }
      state.end = error.map { .failure($0) } ?? .success(())
      defer { (state.offers, state.receiver) = ([], nil) }
      return (state.offers, state.receiver)
    }
    for offer in offers { offer.taken.resume(returning: false) }
    if let error { receiver?.resume(throwing: error) } else { receiver?.resume(returning: nil) }
  }

  private enum Outcome {
    case refused
    case handed(Receiver)
    case waiting
  }

  private func offer(_ offer: Offer) {
    let outcome = self.state.withLock { state -> Outcome in
      guard state.end == nil, !Task.isCancelled else { return .refused }
      if let receiver = state.receiver {
        state.receiver = nil
        return .handed(receiver)
      }
      state.offers.append(offer)
      return .waiting
    }
    switch outcome {
    case .refused: offer.taken.resume(returning: false)
    case .waiting: break
    case .handed(let receiver):
      offer.taken.resume(returning: true)
      receiver.resume(returning: offer.element)
    }
  }

  private func withdraw(_ number: UInt64) {
    let offer = self.state.withLock { state -> Offer? in
      guard let index = state.offers.firstIndex(where: { $0.number == number }) else { return nil }
      return state.offers.remove(at: index)
    }
    offer?.taken.resume(returning: false)
  }

  private enum Reception {
    case taken(Offer)
    case ended(Result<Void, any Error>)
    case waiting
  }

  private func receive(_ continuation: Receiver) {
    let reception = self.state.withLock { state -> Reception in
      if !state.offers.isEmpty { return .taken(state.offers.removeFirst()) }
      if let end = state.end { return .ended(end) }
      // One receiver at a time: a second would never be served.
      guard !Task.isCancelled, state.receiver == nil else { return .ended(.success(())) }
      state.receiver = continuation
      return .waiting
    }
    switch reception {
    case .waiting: break
    case .ended(let end): continuation.resume(with: end.map { nil })
    case .taken(let offer):
      offer.taken.resume(returning: true)
      continuation.resume(returning: offer.element)
    }
  }
}

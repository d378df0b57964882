import Synchronization

/// What following the stream of X.509-SVIDs tells.
package enum X509ContextEvent: Sendable {
  /// Use this set from now on, and nothing older.
  case current(FetchedX509Context)
  /// This process has no identity any more: stop using what was handed over (SPIFFE Workload API,
  /// section 5.3).
  case withdrawn(WorkloadAPIClientError)
  /// The stream broke off and is opened again: what was handed over may be used while it is valid.
  case interrupted(WorkloadAPIClientError)
}

extension WorkloadAPIClient {
  private static let firstPause = Duration.milliseconds(100)
  private static let longestPause = Duration.seconds(10)

  /// Follows this process's X.509-SVIDs until the task is cancelled: a stream that ends is opened
  /// again, after a pause that grows while it cannot be.
  ///
  /// - Parameter pause: waits for as long as it is told.
  /// - Throws: `WorkloadAPIClientError` when the server can never answer, what `deliver` throws, and
  ///   `CancellationError`.
  package func followX509Contexts(
    pause: @Sendable (Duration) async throws -> Void,
    _ deliver: @escaping @Sendable (X509ContextEvent) async throws -> Void
  ) async throws {
    let progress = Progress()
    var delay = Self.firstPause
    while true {
      do {
        try await self.streamX509Contexts { context in
          progress.note()
          do {
            try await deliver(.current(context))
          } catch {
            throw DeliveryError(cause: error)
          }
        }
      } catch let error as DeliveryError {
        throw error.cause
      } catch let error as WorkloadAPIClientError {
        try Task.checkCancellation()
        switch error.kind {
        case .permissionDenied: try await deliver(.withdrawn(error))
        case .unavailable, .other: try await deliver(.interrupted(error))
        case .invalidArgument, .malformedAnswer: throw error
        }
      }
      try Task.checkCancellation()
      if progress.take() { delay = Self.firstPause }
      try await pause(delay)
      delay = min(delay * 2, Self.longestPause)
    }
  }
}

/// Whether anything was delivered since it was last asked.
private final class Progress: Sendable {
  private let hasAny = Mutex(false)

  func note() { self.hasAny.withLock { $0 = true } }

  func take() -> Bool {
    self.hasAny.withLock { hasAny in
      defer { hasAny = false }
      return hasAny
    }
  }
}

/// Tells what the caller's own code threw from what the call threw.
private struct DeliveryError: Error {
  let cause: any Error
}

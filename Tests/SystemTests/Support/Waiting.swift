import Dispatch
import Foundation

/// Waits for what other processes do: by asking again and again, never for a fixed time.
enum Waiting {
  /// The first value that the condition has, asked until the deadline.
  /// - Throws: `SystemFailure` naming `what` when there is none in time; what the condition throws.
  static func value<Value: Sendable>(
    of what: String, within limit: Duration = .seconds(60),
    _ condition: () async throws -> Value?
  ) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
      if let value = try await condition() { return value }
      guard ContinuousClock.now < deadline else {
        throw SystemFailure("waited \(limit) in vain for: \(what)")
      }
      await Self.pause()
    }
  }

  static func until(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
  ) async throws {
    _ = try await Self.value(of: what, within: limit) { try await condition() ? true : nil }
  }

  private static func pause() async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(15)) {
        continuation.resume()
      }
    }
  }
}

/// Calls that block, on a thread of their own.
enum Blocking {
  static func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }
}

import EventIndex
import Testing

/// One promise of `EventIndex`, and how it is checked.
///
/// A test of an implementation runs them all:
/// ```swift
/// @Test(arguments: EventIndexCheck.all)
/// func keepsItsPromise(_ check: EventIndexCheck) async throws {
///   try await check.run(MyFixture())
/// }
/// ```
package struct EventIndexCheck: Sendable, CustomStringConvertible {
  package let description: String
  private let body: @Sendable (any EventIndexFixture) async throws -> Void

  init(
    _ description: String, _ body: @escaping @Sendable (any EventIndexFixture) async throws -> Void
  ) {
    self.description = description
    self.body = body
  }

  /// Checks the promise on a fixture that nothing else uses; records an issue where it is broken.
  package func run(_ fixture: any EventIndexFixture) async throws {
    try await body(fixture)
  }

  package static let all: [EventIndexCheck] = inserting + finding + scanning
}

/// An event with plain defaults.
func event(
  _ position: Int64, log: String = "server", time: Int64 = 1000, type: String = "request.allowed",
  keys: [IndexKey] = [], body: [UInt8] = Array("{}".utf8)
) -> IndexedEvent {
  IndexedEvent(log: log, position: position, time: time, type: type, keys: keys, body: body)
}

extension IndexKey {
  static let credential = IndexKey(kind: "credential", value: "c1")
  static let request = IndexKey(kind: "request", value: "r1")
}

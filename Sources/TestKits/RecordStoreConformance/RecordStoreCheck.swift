/// One promise of `RecordStore`, and how it is checked.
///
/// A test of an implementation runs them all, so that it also runs those that are added later:
/// ```swift
/// @Test(arguments: RecordStoreCheck.all)
/// func keepsItsPromise(_ check: RecordStoreCheck) async throws {
///   try await check.run(MyFixture())
/// }
/// ```
package struct RecordStoreCheck: Sendable, CustomStringConvertible {
  package let description: String
  private let body: @Sendable (any RecordStoreFixture) async throws -> Void

  init(
    _ description: String, _ body: @escaping @Sendable (any RecordStoreFixture) async throws -> Void
  ) {
    self.description = description
    self.body = body
  }

  /// Checks the promise on a fixture that nothing else uses; records an issue where it is broken.
  package func run(_ fixture: any RecordStoreFixture) async throws {
    try await body(fixture)
  }

  package static let all: [RecordStoreCheck] =
    records + transactions + history + followers + concurrency + durability
}

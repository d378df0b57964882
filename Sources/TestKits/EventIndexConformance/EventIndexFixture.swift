package import EventIndex

/// What the conformance suite needs to know about one implementation of `EventIndex`.
///
/// One fixture stands for one set of events, empty at first; each check gets a fixture of its own.
package protocol EventIndexFixture: Sendable {
  /// Whether events outlive the index that holds them.
  var lasts: Bool { get }

  /// Opens the fixture's events.
  func open() async throws -> any EventIndex

  /// Ends an index that ``open()`` returned.
  func close(_ index: any EventIndex) async throws
}

package import Audit

/// Where events become durable.
package protocol AuditTrail: Sendable {
  /// Returns when the events are on disk.
  /// - Throws: when they could not be recorded; then what they say must not happen.
  func record(_ events: [AuditEvent]) async throws
  /// Seals everything recorded so far into the log and its index.
  func flush() async throws
}

/// Why the audit store refused something. Its text names files and places, never an event's content.
package struct AuditStoreError: Error, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// An event that is empty, too long, or not a single line.
    case invalidEvent
    /// A folder, key or origin that does not fit.
    case misconfigured
    /// Another process writes this log.
    case locked
    /// What the log already covers has changed; it must not be written to.
    case damaged
    /// The store is closed or closing.
    case closed
    /// A write failed earlier; nothing is accepted until the log is opened again.
    case failed
    /// A position that is not between two events of this log.
    case invalidPosition
  }

  package let code: Code
  package let message: String
  /// Where the log is damaged, if it is.
  package let damage: VerificationFailure?

  package init(_ code: Code, _ message: String, damage: VerificationFailure? = nil) {
    self.code = code
    self.message = message
    self.damage = damage
  }

  package init(_ failure: VerificationFailure) {
    self.init(.damaged, failure.description, damage: failure)
  }

  package var description: String { message }
}

/// Something that is wrong with a policy, or probably is not what its author meant.
package struct PolicyFinding: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable, CaseIterable {
    /// The policy speaks of what cannot be; it is not taken over.
    case error
    /// The policy works, and somebody should look at it.
    case warning
  }

  package let severity: Severity
  /// `<file>/<@id annotation, or position from 0>`.
  package let policyID: String
  /// The name of the file; nil for a policy that was not read from one.
  package let source: String?
  package let line: Int
  package let column: Int
  /// What is found, in lower case, with pieces of the policy in back-ticks.
  package let message: String
  /// What to do about it, where that can be said.
  package let hint: String?

  package init(
    severity: Severity, policyID: String, source: String?, line: Int, column: Int, message: String,
    hint: String? = nil
  ) {
    self.severity = severity
    self.policyID = policyID
    self.source = source
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }

  /// `line:column`.
  package var location: String { "\(self.line):\(self.column)" }

  /// Which policy, what is found, and what to do about it.
  package var text: String {
    "`\(self.policyID)`: \(self.message)" + (self.hint.map { "; \($0)" } ?? "")
  }
}

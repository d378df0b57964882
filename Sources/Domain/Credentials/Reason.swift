/// Why something was decided: a stable code for machines, and a sentence for people that never holds
/// a secret or a value that a caller sent.
package struct Reason: Hashable, Sendable, CustomStringConvertible {
  /// Kebab case, stable between versions, for example `token-expired`.
  package let code: String
  package let message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { "\(self.code): \(self.message)" }
}

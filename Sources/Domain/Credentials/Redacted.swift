/// A secret that may be used but never shown: its description, its debug description and its
/// reflection say only that something is there.
package struct Redacted<Secret: Sendable>: Sendable, CustomStringConvertible,
  CustomDebugStringConvertible, CustomReflectable
{
  private let secret: Secret

  package init(_ secret: Secret) {
    self.secret = secret
  }

  /// Hands the secret out, in the one place that needs it.
  package func reveal() -> Secret { self.secret }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

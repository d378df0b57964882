/// A file of a secret cannot be used as it is, and what to do.
package struct SecretFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(description: String) {
    self.description = description
  }
}

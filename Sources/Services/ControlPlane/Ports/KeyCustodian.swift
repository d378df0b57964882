/// Protects private keys where they are stored.
package protocol KeyCustodian: Sendable {
  /// - Parameter context: bound to the sealed bytes; they open only with the same one.
  func seal(_ secret: [UInt8], context: String) throws -> [UInt8]
  /// - Throws: when the bytes were sealed by another key, for another context, or were changed.
  func open(_ sealed: [UInt8], context: String) throws -> [UInt8]
}

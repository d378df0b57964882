/// The X.509-SVID with which one end of a connection proves who it is.
package struct TransportIdentity: Sendable {
  /// DER, leaf first.
  package let chain: [[UInt8]]
  /// PKCS #8 in DER. In memory only.
  package let privateKey: [UInt8]

  package init(chain: [[UInt8]], privateKey: [UInt8]) {
    self.chain = chain
    self.privateKey = privateKey
  }
}

extension TransportIdentity: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "X.509-SVID of \(self.chain.count) certificates" }
  package var debugDescription: String { self.description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

package import NIOCore
package import NIOSSL
package import SPIFFE

/// Decides whether the other end of a connection is who it must be: its X.509-SVID verifies with the
/// trust bundle, and its SPIFFE ID is one that is wanted.
package struct PeerVerification: Sendable {
  private let bundles: @Sendable () throws -> TrustBundleSet
  private let now: @Sendable () -> Int64
  private let isWanted: @Sendable (SPIFFEID) -> Bool
  private let isRevoked: @Sendable (VerifiedX509SVID) -> Bool

  /// - Parameters:
  ///   - bundles: asked for each connection, so that a changed bundle holds at once.
  ///   - now: the time in Unix seconds.
  ///   - isWanted: whether a verified peer may go on.
  ///   - isRevoked: whether the peer's SVID was taken back; by default nobody knows of any.
  package init(
    bundles: @escaping @Sendable () throws -> TrustBundleSet,
    now: @escaping @Sendable () -> Int64, isWanted: @escaping @Sendable (SPIFFEID) -> Bool,
    isRevoked: @escaping @Sendable (VerifiedX509SVID) -> Bool = { _ in false }
  ) {
    self.bundles = bundles
    self.now = now
    self.isWanted = isWanted
    self.isRevoked = isRevoked
  }

  /// The verified identity, or `nil` when the peer must not go on.
  package func verify(chainDER: [[UInt8]]) async -> SPIFFEID? {
    guard let svid = try? UnverifiedX509SVID(chainDER: chainDER), let bundles = try? self.bundles()
    else { return nil }
    let verified = await svid.verify(bundles: bundles, at: self.now()).verified
    guard let verified, self.isWanted(verified.id), !self.isRevoked(verified) else { return nil }
    return verified.id
  }

  /// In the form that the TLS library asks for.
  package var callback:
    @Sendable ([NIOSSLCertificate], EventLoopPromise<NIOSSLVerificationResultWithMetadata>) -> Void
  {
    { certificates, promise in
      // The library hands over a promise and wants it kept outside of its event loop.
      promise.completeWithTask {
        let chain = try certificates.map { try $0.toDERBytes() }
        guard await self.verify(chainDER: chain) != nil else { return .failed }
        return .certificateVerified(
          VerificationMetadata(ValidatedCertificateChain(certificates)))
      }
    }
  }
}

import Crypto
package import SPIFFE
import Synchronization
package import X509

/// The certificates that a client showed in its handshake, and of whose leaf it proved to have the
/// key. Nothing else is known of them: who issued them, and whether they are still valid, is decided
/// for each request.
package final class ClientCertificate: Sendable {
  /// DER, leaf first, as the client sent them.
  package let chainDER: [[UInt8]]
  /// SHA-256 of the leaf's DER, 32 bytes: `x5t#S256` of RFC 8705 section 3.1 before its encoding.
  package let thumbprint: [UInt8]
  private let parsed = Mutex<Result<Certificate, MalformedCertificates>?>(nil)

  /// - Returns: `nil` if there is no certificate.
  package init?(chainDER: [[UInt8]]) {
    guard let leaf = chainDER.first else { return nil }
    self.chainDER = chainDER
    self.thumbprint = Array(SHA256.hash(data: leaf))
  }

  package var leafDER: [UInt8] { self.chainDER.first ?? [] }
  package var intermediatesDER: [[UInt8]] { Array(self.chainDER.dropFirst()) }

  /// The leaf, which is parsed when somebody asks for the first time.
  package func leaf() throws(MalformedCertificates) -> Certificate {
    let result = self.parsed.withLock { parsed in
      if let parsed { return parsed }
      let result: Result<Certificate, MalformedCertificates>
      do throws(MalformedCertificates) {
        result = .success(try Certificate(strictDER: self.leafDER))
      } catch {
        result = .failure(error)
      }
      parsed = result
      return result
    }
    return try result.get()
  }
}

public import Crypto
import FoundationEssentials
import JOSE

/// The nonces that a server hands out (RFC 9449 sections 8 and 9), without remembering any: each is
/// an HMAC over a slot of time, so whoever has the key accepts what another server with it gave.
public struct DPoPNonces: Sendable {
  private let key: SymmetricKey
  /// Seconds for which one nonce is given; it is accepted for at most twice as long.
  public let slot: Int64

  /// Bytes of the HMAC that a nonce holds.
  private static let length = 18

  /// - Parameter slot: values outside 1 to 3600 seconds count as the nearest of these.
  public init(key: SymmetricKey, slot: Int64) {
    self.key = key
    self.slot = min(max(slot, 1), 3_600)
  }

  /// The nonce to give out now.
  /// - Parameter now: Unix seconds.
  public func nonce(at now: Int64) -> String { self.nonce(of: self.index(now)) }

  /// Whether a nonce was given in this slot of time or in the one before.
  public func accepts(_ nonce: String, at now: Int64) -> Bool {
    let index = self.index(now)
    let isCurrent = Self.areEqual(nonce, self.nonce(of: index))
    let isPrevious = Self.areEqual(nonce, self.nonce(of: index &- 1))
    return isCurrent || isPrevious
  }

  private func index(_ now: Int64) -> Int64 { max(now, 0) / self.slot }

  private func nonce(of index: Int64) -> String {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: index >> (56 - 8 * $0)) }
    let code = HMAC<SHA256>.authenticationCode(for: bytes, using: self.key)
    return Base64URL.encode(Array(code.prefix(Self.length)))
  }

  /// Takes the same time wherever the texts differ.
  private static func areEqual(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

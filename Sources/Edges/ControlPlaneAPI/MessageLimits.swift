package import StrictJSON

/// How large the messages of the admin interface may be.
package enum MessageLimits {
  /// Bytes of a request's body; a change carries its services' contracts.
  package static let requestBytes = 32 * 1024 * 1024
  /// Bytes of a reply's body.
  package static let replyBytes = 128 * 1024 * 1024
  /// Bytes of a request id, trace id, `jti`, serial or digest. Tokens are longer, so that one given
  /// by mistake goes nowhere.
  package static let queryBytes = 128
  /// Bytes of the reason of a revocation.
  package static let reasonBytes = 1024

  package static let request = JSONLimits(
    maximumBytes: Self.requestBytes, maximumDepth: 64, maximumMembers: 16_384)
  package static let reply = JSONLimits(
    maximumBytes: Self.replyBytes, maximumDepth: 96, maximumMembers: 65_536,
    maximumElements: 1_048_576)

  /// Whether a text can be a request id, trace id, `jti`, serial or digest.
  package static func isQuery(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.count <= Self.queryBytes
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}

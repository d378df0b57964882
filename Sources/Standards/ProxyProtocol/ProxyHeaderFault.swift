/// Why bytes are no header of the PROXY protocol. The connection must be closed: what follows has
/// no certain sender.
public enum ProxyHeaderFault: String, Error, Sendable, Hashable, CaseIterable {
  /// The first bytes are those of neither version.
  case notAHeader = "not-a-header"
  /// The line of version 1 is longer than 107 bytes, or not ended by CRLF.
  case lineTooLong = "line-too-long"
  /// The line of version 1 is none of those that the protocol knows.
  case lineMalformed = "line-malformed"
  /// An address of version 1 is not one of its family in canonical form.
  case addressMalformed = "address-malformed"
  /// A port of version 1 is no decimal number up to 65535 without leading zeros.
  case portMalformed = "port-malformed"
  /// The version of a binary header is not 2.
  case versionUnknown = "version-unknown"
  /// The command is neither LOCAL nor PROXY.
  case commandUnknown = "command-unknown"
  /// Address family or transport is unknown, or not one that this server can be reached over.
  case familyUnknown = "family-unknown"
  /// The header is too short for the addresses of its family.
  case addressesTruncated = "addresses-truncated"
  /// The header is longer than this server reads.
  case tooLong = "too-long"
  /// A type-length-value is longer than what is left of the header.
  case extensionMalformed = "extension-malformed"
  /// The checksum in the header is not that of the header.
  case checksumMismatch = "checksum-mismatch"
}

extension ProxyHeaderFault: CustomStringConvertible {
  /// What was expected; never holds anything that was received.
  public var description: String {
    switch self {
    case .notAHeader: "the connection must begin with a PROXY protocol header"
    case .lineTooLong: "a PROXY line must end with CRLF within 107 bytes"
    case .lineMalformed:
      "a PROXY line must be PROXY, TCP4 or TCP6, two addresses and two ports, one space apart"
    case .addressMalformed: "the addresses of a PROXY line must be of its family"
    case .portMalformed: "the ports of a PROXY line must be decimal numbers up to 65535"
    case .versionUnknown: "the version of a binary PROXY header must be 2"
    case .commandUnknown: "the command of a PROXY header must be LOCAL or PROXY"
    case .familyUnknown: "the addresses of a PROXY header must be of a known family, over a stream"
    case .addressesTruncated: "a PROXY header must be long enough for its addresses"
    case .tooLong: "the PROXY header is longer than this server accepts"
    case .extensionMalformed: "the extensions of a PROXY header must lie within it"
    case .checksumMismatch: "the checksum of the PROXY header must be right"
    }
  }
}

/// What was wrong with the head of another server's response; raw values are stable names.
///
/// After any of them the connection to that server must be closed and never reused.
public enum ResponseFault: String, Error, Sendable, Hashable, CaseIterable {
  case statusLineTooLong = "status-line-too-long"
  case statusLineMalformed = "status-line-malformed"
  case versionUnsupported = "version-unsupported"
  case statusUnknown = "status-unknown"
  case bareCR = "bare-cr"
  case bareLF = "bare-lf"
  case fieldsTooLarge = "fields-too-large"
  case fieldMalformed = "field-malformed"
  case contentLengthMalformed = "content-length-malformed"
  case contentLengthWithTransferEncoding = "content-length-with-transfer-encoding"
  case contentLengthForbidden = "content-length-forbidden"
  case transferEncodingUnsupported = "transfer-encoding-unsupported"
  case connectionMalformed = "connection-malformed"
}

extension ResponseFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .statusLineTooLong: "the status line is too long"
    case .statusLineMalformed: "the status line must be version, status code and reason"
    case .versionUnsupported: "the version must be HTTP/1.0 or HTTP/1.1"
    case .statusUnknown: "the status code must be 100 to 599"
    case .bareCR: "a carriage return must be followed by a line feed"
    case .bareLF: "a line must end with a carriage return and a line feed"
    case .fieldsTooLarge: "the fields are too large or too many"
    case .fieldMalformed: "a field line must be a token, a colon and a value without control bytes"
    case .contentLengthMalformed: "Content-Length must be one decimal number, sent once"
    case .contentLengthWithTransferEncoding: "Content-Length excludes Transfer-Encoding"
    case .contentLengthForbidden: "this status excludes Content-Length and Transfer-Encoding"
    case .transferEncodingUnsupported: "Transfer-Encoding must be exactly chunked, in HTTP/1.1"
    case .connectionMalformed: "Connection must be a list of tokens"
    }
  }
}

/// Why a request was refused before anybody asked what it wants.
///
/// After any of them the connection must be closed: what follows on it has no certain meaning.
/// Raw values are stable names, fit for problem types, logs and metrics.
public enum RequestRefusal: String, Error, Sendable, Hashable, CaseIterable {
  case requestLineTooLong = "request-line-too-long"
  case requestLineMalformed = "request-line-malformed"
  case methodMalformed = "method-malformed"
  case methodUnknown = "method-unknown"
  case versionMalformed = "version-malformed"
  case versionUnsupported = "version-unsupported"

  case targetMalformed = "target-malformed"
  case targetFragment = "target-fragment"
  case targetUserinfo = "target-userinfo"
  case targetScheme = "target-scheme"
  case pathEncodedSlash = "path-encoded-slash"
  case pathDotSegment = "path-dot-segment"
  case pathEmptySegment = "path-empty-segment"
  case percentEncodingMalformed = "percent-encoding-malformed"
  case percentEncodingNotCanonical = "percent-encoding-not-canonical"
  case percentEncodingNotUTF8 = "percent-encoding-not-utf8"
  case percentEncodedControl = "percent-encoded-control"

  case bareCR = "bare-cr"
  case bareLF = "bare-lf"
  case obsFold = "obs-fold"
  case fieldsTooLarge = "fields-too-large"
  case tooManyFields = "too-many-fields"
  case fieldLineMalformed = "field-line-malformed"
  case fieldNameMalformed = "field-name-malformed"
  case fieldValueMalformed = "field-value-malformed"
  case whitespaceBeforeColon = "whitespace-before-colon"
  case framingLookAlike = "framing-look-alike"

  case contentLengthMalformed = "content-length-malformed"
  case contentLengthRepeated = "content-length-repeated"
  case contentLengthWithTransferEncoding = "content-length-with-transfer-encoding"
  case transferEncodingRepeated = "transfer-encoding-repeated"
  case transferEncodingUnsupported = "transfer-encoding-unsupported"
  case hostMissing = "host-missing"
  case hostRepeated = "host-repeated"
  case hostMalformed = "host-malformed"
  case hostDisagrees = "host-disagrees"
  case connectionMalformed = "connection-malformed"
  case expectationUnknown = "expectation-unknown"

  case pseudoFieldUnknown = "pseudo-field-unknown"
  case pseudoFieldRepeated = "pseudo-field-repeated"
  case pseudoFieldMissing = "pseudo-field-missing"
  case pseudoFieldMisplaced = "pseudo-field-misplaced"
  case extendedConnect = "extended-connect"
  case schemeDisagrees = "scheme-disagrees"
  case fieldNameNotLowerCase = "field-name-not-lower-case"
  case connectionSpecificField = "connection-specific-field"
  case teNotTrailers = "te-not-trailers"
  case contentLengthDisagrees = "content-length-disagrees"

  case chunkSizeMalformed = "chunk-size-malformed"
  case chunkExtension = "chunk-extension"
  case chunkDataMalformed = "chunk-data-malformed"
  case trailerMalformed = "trailer-malformed"
  case trailerForbidden = "trailer-forbidden"
  case trailersTooLarge = "trailers-too-large"
  case bodyTooLarge = "body-too-large"
  case bodyTruncated = "body-truncated"

  /// The status code to answer with.
  public var status: HTTPStatus {
    switch self {
    case .requestLineTooLong: .uriTooLong
    case .fieldsTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
    case .methodUnknown, .transferEncodingUnsupported, .extendedConnect: .notImplemented
    case .versionUnsupported: .httpVersionNotSupported
    case .bodyTooLarge: .contentTooLarge
    default: .badRequest
    }
  }
}

/// What a gateway has to say about the response that it sends, RFC 9209: the value of Proxy-Status.
public struct ProxyStatus: Sendable, Hashable {
  /// Who says it: a product or a server's name.
  public var proxy: String
  /// What went wrong, where something did.
  public var error: ProxyErrorType?
  /// The next server, by name or address; it is told to clients, so only where they may know.
  public var nextHop: String?
  /// The protocol spoken with the next server, by its ALPN name.
  public var nextProtocol: String?
  /// The status that the next server answered with, where that was changed.
  public var receivedStatus: HTTPStatus?
  /// More for those who operate the gateway. Never what a client sent, and no secret.
  public var details: String?

  public init(
    proxy: String, error: ProxyErrorType? = nil, nextHop: String? = nil,
    nextProtocol: String? = nil, receivedStatus: HTTPStatus? = nil, details: String? = nil
  ) {
    self.proxy = proxy
    self.error = error
    self.nextHop = nextHop
    self.nextProtocol = nextProtocol
    self.receivedStatus = receivedStatus
    self.details = details
  }

  /// The one member that this gateway adds to the list. Bytes that a structured field cannot hold
  /// become "?".
  public var fieldValue: String {
    var parts = [Self.tokenOrString(proxy)]
    if let error { parts.append("error=\(error.rawValue)") }
    if let nextHop { parts.append("next-hop=\(QuotedString.quote(nextHop))") }
    if let nextProtocol { parts.append("next-protocol=\(Self.tokenOrString(nextProtocol))") }
    if let receivedStatus { parts.append("received-status=\(receivedStatus.code)") }
    if let details { parts.append("details=\(QuotedString.quote(details))") }
    return parts.joined(separator: "; ")
  }

  /// `sf-token` where it is one, else `sf-string`, RFC 9651 sections 3.3.3 and 3.3.4.
  private static func tokenOrString(_ text: String) -> String {
    let token = ByteSet.token
    let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte.lowercased) }
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "*"),
      text.utf8.allSatisfy({
        token.contains($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":")
      })
    else { return QuotedString.quote(text) }
    return text
  }
}

/// The registered types of errors, RFC 9209 section 2.3.
public enum ProxyErrorType: String, Sendable, Hashable, CaseIterable {
  case dnsTimeout = "dns_timeout"
  case dnsError = "dns_error"
  case destinationNotFound = "destination_not_found"
  case destinationUnavailable = "destination_unavailable"
  case destinationIPProhibited = "destination_ip_prohibited"
  case destinationIPUnroutable = "destination_ip_unroutable"
  case connectionRefused = "connection_refused"
  case connectionTerminated = "connection_terminated"
  case connectionTimeout = "connection_timeout"
  case connectionReadTimeout = "connection_read_timeout"
  case connectionWriteTimeout = "connection_write_timeout"
  case connectionLimitReached = "connection_limit_reached"
  case tlsProtocolError = "tls_protocol_error"
  case tlsCertificateError = "tls_certificate_error"
  case tlsAlertReceived = "tls_alert_received"
  case httpRequestError = "http_request_error"
  case httpRequestDenied = "http_request_denied"
  case httpResponseIncomplete = "http_response_incomplete"
  case httpResponseHeaderSectionSize = "http_response_header_section_size"
  case httpResponseHeaderSize = "http_response_header_size"
  case httpResponseBodySize = "http_response_body_size"
  case httpResponseTrailerSectionSize = "http_response_trailer_section_size"
  case httpResponseTrailerSize = "http_response_trailer_size"
  case httpResponseTransferCoding = "http_response_transfer_coding"
  case httpResponseContentCoding = "http_response_content_coding"
  case httpResponseTimeout = "http_response_timeout"
  case httpUpgradeFailed = "http_upgrade_failed"
  case httpProtocolError = "http_protocol_error"
  case proxyInternalResponse = "proxy_internal_response"
  case proxyInternalError = "proxy_internal_error"
  case proxyConfigurationError = "proxy_configuration_error"
  case proxyLoopDetected = "proxy_loop_detected"
}

/// The media types that the control plane's HTTP interfaces speak.
package enum MediaType {
  package static let json = "application/json"
  /// RFC 9457.
  package static let problem = "application/problem+json"
  /// What OAuth's token endpoint reads (RFC 6749 section 3.2).
  package static let form = "application/x-www-form-urlencoded"
  /// The Prometheus text exposition format, version 0.0.4.
  package static let metrics = "text/plain; version=0.0.4; charset=utf-8"

  /// The media type without its parameters, in lower case.
  package static func essence(of value: some StringProtocol) -> String {
    let bare = value.prefix { $0 != ";" }
    return bare.drop { $0 == " " || $0 == "\t" }
      .reversed().drop { $0 == " " || $0 == "\t" }.reversed()
      .reduce(into: "") { $0.append($1) }.lowercased()
  }
}

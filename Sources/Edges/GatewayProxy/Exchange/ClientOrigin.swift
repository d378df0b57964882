import HTTPMessages

/// Where a connection comes from, as its requests tell it on.
struct ClientOrigin {
  /// An address without a port, or `unknown`.
  let source: String
  let isSecure: Bool
  /// The parameters of Forwarded (RFC 7239) that are the same for each of its requests.
  let forwarded: [UInt8]

  init(source: String, isSecure: Bool) {
    self.source = source
    self.isSecure = isSecure
    let element = ForwardedElement(
      for: .address(source, port: nil), proto: isSecure ? "https" : "http")
    self.forwarded = Array(element.fieldValue.utf8)
  }
}

extension ResponseHead {
  /// The head as the fields of an HTTP/2 field block, RFC 9113 sections 8.2 and 8.3.2: `:status`
  /// first, names in lower case, without the fields that concern one connection of HTTP/1.1 and
  /// those that `connectionOptions` nominate.
  ///
  /// Values go on as text, as field compression takes them; bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Parameter connectionOptions: in lower case, from the Connection field of the response that
  ///   this head was made of.
  /// - Returns: nil for 101 (Switching Protocols), which HTTP/2 does not have (section 8.6).
  public func http2Fields(
    connectionOptions: [String] = []
  ) -> [(name: String, value: String)]? {
    guard status != .switchingProtocols else { return nil }
    var lines: [(name: String, value: String)] = [(":status", String(status.code))]
    lines.reserveCapacity(fields.count + 1)
    for field in fields where !HTTP2FieldRules.isConnectionSpecific(field.nameBytes) {
      let name = field.lowercasedName
      guard !connectionOptions.contains(name) else { continue }
      lines.append((name, String(decoding: field.value, as: UTF8.self)))
    }
    return lines
  }
}

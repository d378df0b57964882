import IPAddresses

/// Reading single elements of Forwarded (RFC 7239 section 4) and X-Forwarded-For.
enum ForwardedReading {
  /// The address in the `for` of an element; nil where that is missing, repeated, hidden, unknown,
  /// or anything in the element is malformed.
  static func client(of element: ArraySlice<UInt8>) -> IPAddress? {
    var rest = element
    var node: [UInt8]?
    var names: Set<String> = []
    repeat {
      guard let (name, value) = takePair(from: &rest) else { return nil }
      guard names.insert(name).inserted else { return nil }
      if name == "for" { node = value }
    } while takeSemicolon(from: &rest)
    guard rest.isEmpty, let node else { return nil }
    return address(node[...])
  }

  /// An address with or without a port; an IPv6 address with a port is in brackets.
  static func address(_ node: ArraySlice<UInt8>) -> IPAddress? {
    guard node.count <= 64 else { return nil }
    if node.first == UInt8(ascii: "[") {
      guard let end = node.firstIndex(of: UInt8(ascii: "]")), isPortOrNothing(node[(end + 1)...]),
        let address = IPAddress(node[(node.startIndex + 1)..<end]), !address.isV4
      else { return nil }
      return address
    }
    if let address = IPAddress(node) { return address }
    guard let colon = node.firstIndex(of: UInt8(ascii: ":")), isPortOrNothing(node[colon...]),
      let address = IPAddress(node[..<colon]), address.isV4
    else { return nil }
    return address
  }

  private static func isPortOrNothing(_ text: ArraySlice<UInt8>) -> Bool {
    guard let colon = text.first else { return true }
    let digits = text.dropFirst()
    return colon == UInt8(ascii: ":") && (1...5).contains(digits.count)
      && digits.allSatisfy(\.isDigit)
  }

  private static func takePair(from rest: inout ArraySlice<UInt8>) -> (String, [UInt8])? {
    let token = ByteSet.token
    let name = rest.prefix { token.contains($0) }
    guard !name.isEmpty, rest.dropFirst(name.count).first == UInt8(ascii: "=") else { return nil }
    rest = rest.dropFirst(name.count + 1)
    guard let value = takeValue(from: &rest) else { return nil }
    return (name.lowercasedText, value)
  }

  private static func takeValue(from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    guard rest.first == UInt8(ascii: "\"") else {
      let token = ByteSet.token
      // Proxies write addresses with ports and IPv6 addresses without quotes, too.
      let value = rest.prefix {
        token.contains($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[")
          || $0 == UInt8(ascii: "]")
      }
      rest = rest.dropFirst(value.count)
      return value.isEmpty ? nil : Array(value)
    }
    rest = rest.dropFirst()
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return value }
      guard byte == UInt8(ascii: "\\") else {
        value.append(byte)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      value.append(escaped)
    }
    return nil
  }

  /// Takes a ";" with the blanks that some proxies put around it.
  private static func takeSemicolon(from rest: inout ArraySlice<UInt8>) -> Bool {
    let trimmed = rest.drop(while: \.isBlank)
    guard trimmed.first == UInt8(ascii: ";") else { return false }
    rest = trimmed.dropFirst().drop(while: \.isBlank)
    return true
  }
}

import HTTPMessages

/// A request that another proxy holds and asks about, in the pieces in which it told of it.
struct OriginalRequest: Sendable {
  var method: [UInt8]
  /// Path and query as the client sent them.
  var target: [UInt8]
  var host: [UInt8]
  /// Without Host.
  var fields: [(name: [UInt8], value: [UInt8])]
  /// The client's address, without a port.
  var source: String
  /// Whether the client spoke TLS with the proxy.
  var isSecure = false
  /// Whether the proxy takes out of the request what a verdict names.
  var canRemoveFields = false

  /// The head that these pieces make, in the one reading that every request gets: they are put
  /// together as a client would have sent them, and read by the parser that reads clients.
  ///
  /// - Throws: a refusal for pieces that are not one head; none can reach beyond its place.
  func head(limits: MessageLimits) throws(RequestRefusal) -> RequestHead {
    guard HTTPField.isValidName(self.method) else { throw .methodMalformed }
    // Neither a blank, which would end the target, nor what would end the line.
    guard !self.target.isEmpty, self.target.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      throw .targetMalformed
    }
    guard HTTPField.isValidValue(self.host) else { throw .hostMalformed }
    var bytes = self.method + [0x20] + self.target + Array(" HTTP/1.1\r\nhost: ".utf8) + self.host
    for (name, value) in self.fields {
      guard HTTPField.isValidName(name) else { throw .fieldNameMalformed }
      guard HTTPField.isValidValue(value) else { throw .fieldValueMalformed }
      bytes += [0x0D, 0x0A] + name + [0x3A, 0x20] + value
    }
    bytes += [0x0D, 0x0A, 0x0D, 0x0A]
    var parser = RequestHeadParser(limits: limits, pathRules: .all)
    guard let received = try parser.receive(bytes), received.consumed == bytes.count else {
      throw .fieldLineMalformed
    }
    return received.head
  }
}

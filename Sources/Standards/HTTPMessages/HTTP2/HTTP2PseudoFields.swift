/// The pseudo-fields of a request, RFC 9113 section 8.3.1, each at most once.
struct HTTP2PseudoFields: Sendable {
  private var method: [UInt8]?
  private var scheme: [UInt8]?
  private(set) var authority: [UInt8]?
  private var path: [UInt8]?

  mutating func add(
    name: some Collection<UInt8>, value: some Collection<UInt8>, maximumBytes: Int
  ) throws(RequestRefusal) {
    guard value.count <= maximumBytes else { throw .requestLineTooLong }
    let member: WritableKeyPath<Self, [UInt8]?>
    if name.elementsEqual(":method".utf8) {
      member = \.method
    } else if name.elementsEqual(":scheme".utf8) {
      member = \.scheme
    } else if name.elementsEqual(":authority".utf8) {
      member = \.authority
    } else if name.elementsEqual(":path".utf8) {
      member = \.path
    } else if name.elementsEqual(":protocol".utf8) {
      throw .extendedConnect
    } else {
      throw .pseudoFieldUnknown
    }
    guard self[keyPath: member] == nil else { throw .pseudoFieldRepeated }
    self[keyPath: member] = Array(value)
  }

  /// Method and path in bytes that a request line can hold without becoming another one.
  func methodAndPath(
    isSecure: Bool
  ) throws(RequestRefusal) -> (method: [UInt8], path: [UInt8]) {
    guard let method else { throw .pseudoFieldMissing }
    guard HTTPField.isValidName(method) else { throw .methodMalformed }
    // CONNECT has neither :scheme nor :path, and is told what is wrong with it.
    guard !method.elementsEqual("CONNECT".utf8) else { throw .methodUnknown }
    guard let scheme, let path else { throw .pseudoFieldMissing }
    guard scheme.equalsIgnoringCase(isSecure ? "https" : "http") else {
      let known = scheme.equalsIgnoringCase("http") || scheme.equalsIgnoringCase("https")
      throw known ? .schemeDisagrees : .targetScheme
    }
    // An absolute URI belongs in :scheme and :authority; in :path it would be a second reading.
    guard let first = path.first, first == UInt8(ascii: "/") || path.elementsEqual("*".utf8),
      path.allSatisfy({ $0 > .space && $0 < .delete })
    else { throw .targetMalformed }
    return (method, path)
  }
}

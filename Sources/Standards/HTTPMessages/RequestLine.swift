/// The request line, RFC 9112 section 3: method, target and version, one space apart.
struct RequestLine: Sendable {
  let method: HTTPMethod
  let target: RequestTarget

  /// Reads a line without its CRLF.
  init(
    _ line: ArraySlice<UInt8>, limits: MessageLimits, rules: PathRules
  ) throws(RequestRefusal) {
    guard !line.contains(.carriageReturn) else { throw .bareCR }
    let parts = line.split(separator: .space, omittingEmptySubsequences: false)
    guard let name = parts.first, HTTPField.isValidName(name) else { throw .methodMalformed }
    guard parts.count == 3 else { throw .requestLineMalformed }
    try Self.checkVersion(parts[2])
    guard name.count <= limits.methodBytes, let method = HTTPMethod(bytes: name) else {
      throw .methodUnknown
    }
    self.method = method
    target = try RequestTarget(parts[1], method: method, rules: rules)
  }

  private static func checkVersion(_ version: ArraySlice<UInt8>) throws(RequestRefusal) {
    if version.elementsEqual("HTTP/1.1".utf8) { return }
    let digits = version.dropFirst(5)
    guard version.starts(with: "HTTP/".utf8), digits.count == 3,
      let major = digits.first, let minor = digits.last, major.isDigit, minor.isDigit,
      digits.dropFirst().first == UInt8(ascii: ".")
    else { throw .versionMalformed }
    throw .versionUnsupported
  }
}

/// Where the parts of an ordinary request line lie: a target in origin form with a plain path.
struct PlainRequestLine {
  let method: HTTPMethod
  let path: Range<Int>
  let query: Range<Int>?
  /// Where the line's CRLF ends.
  let end: Int

  /// Reads the line that `bytes` begin with, or yields nil if it is not ordinary.
  init?(_ bytes: Span<UInt8>) {
    guard let (method, start) = Self.method(bytes) else { return nil }
    guard let pathEnd = Self.endOfPath(bytes, from: start) else { return nil }
    var end = pathEnd
    if bytes[pathEnd] == UInt8(ascii: "?") {
      let allowed = ByteSet.query
      end &+= 1
      while end < bytes.count, allowed.contains(bytes[end]) { end &+= 1 }
      query = (pathEnd &+ 1)..<end
    } else {
      query = nil
    }
    guard Self.isVersion(bytes, at: end) else { return nil }
    self.method = method
    path = start..<pathEnd
    self.end = end &+ 11
  }

  private static func method(_ bytes: Span<UInt8>) -> (HTTPMethod, end: Int)? {
    guard bytes.count >= 16 else { return nil }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0x47, 0x45, 0x54, 0x20): return (.get, 4)
    case (0x50, 0x55, 0x54, 0x20): return (.put, 4)
    case (0x50, 0x4F, 0x53, 0x54) where bytes[4] == .space: return (.post, 5)
    case (0x48, 0x45, 0x41, 0x44) where bytes[4] == .space: return (.head, 5)
    default: break
    }
    var end = 4
    while end < 8, bytes[end] != .space { end += 1 }
    guard bytes[end] == .space else { return nil }
    for method in [HTTPMethod.patch, .delete, .options] {
      let name = method.rawValue.utf8
      if name.count == end, zip(name, 0..<end).allSatisfy({ bytes[$1] == $0 }) {
        return (method, end + 1)
      }
    }
    return nil
  }

  /// Where a path ends that is in order under any rules, or nil.
  private static func endOfPath(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "/") else { return nil }
    let allowed = ByteSet.path
    var index = start
    while index < bytes.count, allowed.contains(bytes[index]) {
      if bytes[index] == UInt8(ascii: "/"), index &+ 1 < bytes.count {
        // Empty segments, and segments that begin with a dot, are looked at closely elsewhere.
        let next = bytes[index &+ 1]
        guard next != UInt8(ascii: "/"), next != UInt8(ascii: ".") else { return nil }
      }
      index &+= 1
    }
    return index < bytes.count ? index : nil
  }

  /// " HTTP/1.1" and CRLF.
  private static func isVersion(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    guard start &+ 11 <= bytes.count, bytes[start] == .space,
      bytes[start &+ 9] == .carriageReturn, bytes[start &+ 10] == .lineFeed
    else { return false }
    // "HTTP/1.1", the first byte lowest.
    return bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start &+ 1, as: UInt64.self)
      == UInt64(littleEndian: 0x312E_312F_5054_5448)
  }
}

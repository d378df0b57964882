/// What a path may hold beyond the strict reading that every party to a request shares.
///
/// Each member permits something that servers are known to read differently. None is the default.
/// Malformed encodings, encoded control bytes and bytes that are not UTF-8 are never permitted.
public struct PathRules: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `%2F` and `%5C`, which some servers take for separators.
  public static let encodedSlashes = PathRules(rawValue: 1)
  /// `.` and `..`, also before a `;`, encoded or not, which some servers resolve.
  public static let dotSegments = PathRules(rawValue: 2)
  /// `//`, which some servers merge.
  public static let emptySegments = PathRules(rawValue: 4)
  /// Encoded letters, digits and `-._~`, which some servers match undecoded.
  public static let encodedUnreserved = PathRules(rawValue: 8)

  public static let strict: PathRules = []
  public static let all: PathRules = [
    .encodedSlashes, .dotSegments, .emptySegments, .encodedUnreserved,
  ]

  /// Checks a path that begins with "/" and holds nothing but the bytes that paths may hold.
  func check(_ path: some BidirectionalCollection<UInt8>) throws(RequestRefusal) {
    let segments = path.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, segment) in segments.enumerated() {
      // The last segment may be empty: a path may end with a slash.
      if segment.isEmpty, index + 1 < segments.count, !contains(.emptySegments) {
        throw .pathEmptySegment
      }
      let isEncoded = segment.contains(UInt8(ascii: "%"))
      if isEncoded || segment.first == UInt8(ascii: ".") {
        try check(segment: segment, isEncoded: isEncoded)
      }
    }
  }

  private func check(
    segment: some Collection<UInt8>, isEncoded: Bool
  ) throws(RequestRefusal) {
    let decoded = try PercentEncoding.decodedBytes(segment)
    if !contains(.dotSegments), Self.holdsDotSegment(decoded) { throw .pathDotSegment }
    guard isEncoded else { return }
    guard !decoded.contains(where: \.isControl) else { throw .percentEncodedControl }
    guard String(validating: decoded, as: UTF8.self) != nil else { throw .percentEncodingNotUTF8 }
    if !contains(.encodedSlashes),
      decoded.contains(where: Self.isSlash)
    {
      throw .pathEncodedSlash
    }
    // Unreserved bytes that are not encoded come through decoding in equal number.
    let unreserved = ByteSet.unreserved
    let encodes = { (bytes: [UInt8]) in bytes.count(where: { unreserved.contains($0) }) }
    let literal = encodes(Self.withoutEncodings(segment))
    if !contains(.encodedUnreserved), encodes(decoded) != literal {
      throw .percentEncodingNotCanonical
    }
  }

  private static func isSlash(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\")
  }

  /// Decoded slashes are looked behind as well, and what follows a ";" is a segment's parameter.
  private static func holdsDotSegment(_ decoded: [UInt8]) -> Bool {
    decoded.split(whereSeparator: isSlash).contains { part in
      let name = part.prefix { $0 != UInt8(ascii: ";") }
      return name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8)
    }
  }

  private static func withoutEncodings(_ segment: some Collection<UInt8>) -> [UInt8] {
    var rest = segment.makeIterator()
    var result: [UInt8] = []
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        _ = rest.next()
        _ = rest.next()
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

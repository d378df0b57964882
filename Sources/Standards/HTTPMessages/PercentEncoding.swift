/// Percent-encoding of RFC 3986 section 2.1, read strictly.
public enum PercentEncoding {
  /// Decodes `bytes` once.
  ///
  /// - Throws: ``RequestRefusal/percentEncodingMalformed`` for a "%" without two hexadecimal
  ///   digits, ``RequestRefusal/percentEncodedControl`` for `%00`, and
  ///   ``RequestRefusal/percentEncodingNotUTF8`` where the result is not UTF-8.
  public static func decode(
    _ bytes: some Collection<UInt8>, plusIsSpace: Bool = false
  ) throws(RequestRefusal) -> String {
    if isLiteral(bytes) { return String(decoding: bytes, as: UTF8.self) }
    let decoded = try decodedBytes(bytes, plusIsSpace: plusIsSpace)
    guard !decoded.contains(0) else { throw .percentEncodedControl }
    guard let text = String(validating: decoded, as: UTF8.self) else {
      throw .percentEncodingNotUTF8
    }
    return text
  }

  /// Whether the bytes are ASCII that stands for itself, as nearly all are.
  private static func isLiteral(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy {
      $0 < 0x80 && $0 > 0 && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "+")
    }
  }

  /// The bytes that `bytes` stand for, whatever they are.
  static func decodedBytes(
    _ bytes: some Collection<UInt8>, plusIsSpace: Bool = false
  ) throws(RequestRefusal) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes.makeIterator()
    while let byte = rest.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = rest.next()?.hexDigitValue, let low = rest.next()?.hexDigitValue else {
          throw .percentEncodingMalformed
        }
        result.append(high << 4 | low)
      } else {
        result.append(plusIsSpace && byte == UInt8(ascii: "+") ? .space : byte)
      }
    }
    return result
  }
}

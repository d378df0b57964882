import Crypto
import JOSE
import StrictJSON

/// What the holder of a credential can say about it, computed here and not asked for.
struct HeldCredential: Hashable, Sendable {
  let id: String
  /// SHA-256 of the JWS signing input, or of the TBSCertificate, in hex.
  let digest: String

  init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }

  /// Of a JWT: its `jti` and digest.
  init(jwt: String) throws {
    guard let dot = jwt.lastIndex(of: "."),
      let id = try Self.claims(jwt)["jti"]?.stringValue
    else { throw SystemFailure("a JWT without a jti") }
    self.init(id: id, digest: Self.sha256(Array(jwt[..<dot].utf8)))
  }

  /// Of the certificate at the start of the bytes: its serial and digest.
  init(certificate bytes: [UInt8]) throws {
    let certificate = try DER(bytes[...])
    let signed = try DER(certificate.content)
    let version = try DER(signed.content)
    let serial = try DER(signed.content.dropFirst(version.whole.count))
    guard certificate.tag == 0x30, signed.tag == 0x30, serial.tag == 0x02 else {
      throw SystemFailure("not a certificate")
    }
    let magnitude = serial.content.first == 0 ? serial.content.dropFirst() : serial.content
    self.init(id: Self.hex(Array(magnitude)), digest: Self.sha256(Array(signed.whole)))
  }

  static func claims(_ jwt: String) throws -> JSONObject {
    try Self.part(1, of: jwt)
  }

  static func header(_ jwt: String) throws -> JSONObject {
    try Self.part(0, of: jwt)
  }

  private static func part(_ index: Int, of jwt: String) throws -> JSONObject {
    let parts = jwt.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3,
      let object = try JSONValue(parsing: try Base64URL.decode(String(parts[index]))).objectValue
    else { throw SystemFailure("not a JWT") }
    return object
  }

  static func sha256(_ bytes: [UInt8]) -> String { Self.hex(Array(SHA256.hash(data: bytes))) }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// One element of DER with a definite length.
private struct DER {
  let tag: UInt8
  let whole: ArraySlice<UInt8>
  let content: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) throws {
    let head = Array(bytes.prefix(6))
    guard head.count >= 2 else { throw SystemFailure("DER ends too early") }
    let isLong = head[1] >= 0x80
    let octets = isLong ? Int(head[1] & 0x7F) : 0
    guard octets <= 4, head.count >= 2 + octets else { throw SystemFailure("a length is too long") }
    let length = isLong ? head[2..<2 + octets].reduce(0) { $0 << 8 | Int($1) } : Int(head[1])
    let start = bytes.startIndex + 2 + octets
    guard bytes.endIndex - start >= length else { throw SystemFailure("DER ends too early") }
    self.tag = head[0]
    self.whole = bytes[bytes.startIndex..<start + length]
    self.content = bytes[start..<start + length]
  }
}

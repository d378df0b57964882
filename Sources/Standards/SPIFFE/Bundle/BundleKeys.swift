import FoundationEssentials
import JOSE
import StrictJSON
import X509

/// The keys of a bundle document, sorted by what they are authoritative for.
struct BundleKeys {
  static let x509Use = "x509-svid"

  var authorities: [Certificate] = []
  var jwtKeys: [JSONWebKey] = []

  /// Takes in one element of `keys`, or leaves it out if a consumer must ignore it.
  mutating func append(_ object: JSONObject) throws(InvalidTrustBundle) {
    guard object["kty"]?.stringValue != nil else { throw InvalidTrustBundle(.keyTypeMissing) }
    switch object["use"]?.stringValue {
    case Self.x509Use:
      if let authority = try Self.authority(object) { self.authorities.append(authority) }
    case JWTBundle.use:
      if let key = try Self.knownKey(object) { self.jwtKeys.append(key) }
    default: break
    }
  }

  /// The `x509-svid` key of an authority (X509-SVID section 6.1).
  static func json(of authority: Certificate) throws -> JSONObject {
    var object = try authority.publicKey.jsonWebKeyMembers()
    object["use"] = .string(self.x509Use)
    let der = Data(try authority.derEncoded())
    object["x5c"] = .array([.string(der.base64EncodedString())])
    return object
  }

  private static func authority(
    _ object: JSONObject
  ) throws(InvalidTrustBundle) -> Certificate? {
    guard let elements = object["x5c"]?.arrayValue, let element = elements.first,
      elements.count == 1
    else { return nil }
    guard object["kid"] == nil else { throw InvalidTrustBundle(.certificateKeyID) }
    guard let key = try self.knownKey(object) else { return nil }
    let certificate = try self.certificate(element)
    guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else {
      throw InvalidTrustBundle(.certificateNotAuthority)
    }
    guard let members = try? certificate.publicKey.jsonWebKeyMembers(),
      let certificateKey = try? JSONWebKey(members),
      certificateKey.thumbprint() == key.thumbprint()
    else { throw InvalidTrustBundle(.certificateKey) }
    return certificate
  }

  private static func certificate(
    _ element: JSONValue
  ) throws(InvalidTrustBundle) -> Certificate {
    guard let text = element.stringValue, let der = Data(base64Encoded: text),
      let certificate = try? Certificate(strictDER: Array(der))
    else { throw InvalidTrustBundle(.certificate) }
    return certificate
  }

  /// The key, or `nil` if its type or curve is unknown here. Curves that no JWT-SVID algorithm uses
  /// are unknown to JWT bundles.
  private static func knownKey(_ object: JSONObject) throws(InvalidTrustBundle) -> JSONWebKey? {
    do {
      let key = try JSONWebKey(object)
      if case .okp = key.kind, key.use == JWTBundle.use { return nil }
      return key
    } catch  where error.code == .unsupported {
      return nil
    } catch {
      throw InvalidTrustBundle(.unusableKey)
    }
  }
}

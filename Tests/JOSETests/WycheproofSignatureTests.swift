import StrictJSON
import Testing

@testable import JOSE

/// Wycheproof's files of bare signatures, through the verification that tokens go through.
@Suite struct WycheproofSignatureTests {
  @Test("ECDSA signatures", .enabled(if: WycheproofVectors.exist))
  func wycheproofECDSA() throws {
    let files = try WycheproofVectors.files("ecdsa_").filter { $0.name.contains("p1363") }
    check(files, "ECDSA") { group in
      let curve = group["publicKey"]?.objectValue?["curve"]?.stringValue
      return switch (curve, group["sha"]?.stringValue) {
      case ("secp256r1", "SHA-256"): .es256
      case ("secp384r1", "SHA-384"): .es384
      case ("secp521r1", "SHA-512"): .es512
      default: nil
      }
    }
  }

  @Test("Ed25519 signatures", .enabled(if: WycheproofVectors.exist))
  func wycheproofEd25519() throws {
    check(try WycheproofVectors.files("ed25519_", "eddsa_", "ed448_"), "EdDSA") { group in
      let key = (group["publicKey"] ?? group["key"])?.objectValue
      return key?["curve"] == "edwards25519" ? .edDSA : nil
    }
  }

  @Test("RSASSA-PSS signatures", .enabled(if: WycheproofVectors.exist))
  func wycheproofRSAPSS() throws {
    check(try WycheproofVectors.files("rsa_pss_"), "RSASSA-PSS") { group in
      guard group["sha"] == group["mgfSha"] else { return nil }
      return switch (group["sha"]?.stringValue, group["sLen"]?.integerValue) {
      case ("SHA-256", 32): .ps256
      case ("SHA-384", 48): .ps384
      case ("SHA-512", 64): .ps512
      default: nil
      }
    }
  }

  @Test("RSASSA-PKCS1-v1_5 signatures", .enabled(if: WycheproofVectors.exist))
  func wycheproofRSA() throws {
    check(try WycheproofVectors.files("rsa_signature_"), "RSASSA-PKCS1-v1_5") { group in
      switch group["sha"]?.stringValue {
      case "SHA-256": .rs256
      case "SHA-384": .rs384
      case "SHA-512": .rs512
      default: nil
      }
    }
  }

  private func check(
    _ files: [WycheproofFile], _ subject: String,
    algorithm: (JSONObject) -> SignatureAlgorithm?
  ) {
    var tally = WycheproofTally()
    for test in files.flatMap(\.cases) {
      tally.count()
      guard let algorithm = algorithm(test.group) else {
        tally.leaveOut(test, "no JWS algorithm has this curve, hash or salt length")
        continue
      }
      check(test, algorithm, &tally)
    }
    tally.printSummary(subject)
  }

  private func check(
    _ test: WycheproofCase, _ algorithm: SignatureAlgorithm, _ tally: inout WycheproofTally
  ) {
    let key: VerificationKey
    do {
      let jwk = try JSONWebKey(Self.keyMembers(test.group))
      key = try VerificationKey(jwk, permitting: [algorithm])
    } catch {
      if let reason = Self.reasonToRefuseKey(test.group) {
        tally.leaveOut(test, reason)
      } else {
        #expect(test.result != "valid", "the key of \(test) is refused: \(error)")
      }
      return
    }
    guard let signature = bytes(test.test["sig"]), let message = bytes(test.test["msg"]) else {
      Issue.record("\(test) has no signature and message")
      return
    }
    let input = SigningInput(message[...])
    let isValid = key.isValid(signature, over: input, input.sha256(), algorithm: algorithm)
    if test.result != "acceptable" { #expect(isValid == (test.result == "valid"), "\(test)") }
  }

  /// Why RSA keys that the vectors call good are refused here.
  private static func reasonToRefuseKey(_ group: JSONObject) -> String? {
    let numbers = group["publicKey"]?.objectValue
    guard let modulus = withoutZeros(numbers?["modulus"]),
      let exponent = withoutZeros(numbers?["publicExponent"])
    else { return nil }
    if modulus.count < 256 { return "an RSA modulus must have 2048 bits" }
    if modulus.count > 1_024 { return "an RSA modulus must have at most 8192 bits" }
    return exponent.count > 4 ? "an RSA exponent must have at most 33 bits" : nil
  }

  /// The key as a JWK without `alg`, made from the numbers where the file has none.
  private static func keyMembers(_ group: JSONObject) -> JSONObject {
    var members =
      (group["publicKeyJwk"] ?? group["keyJwk"])?.objectValue
      ?? membersFromNumbers(group["publicKey"]?.objectValue ?? [:])
    members["alg"] = nil
    return members
  }

  private static func membersFromNumbers(_ numbers: JSONObject) -> JSONObject {
    if let n = withoutZeros(numbers["modulus"]), let e = withoutZeros(numbers["publicExponent"]) {
      return [
        "kty": "RSA", "n": .string(Base64URL.encode(n)), "e": .string(Base64URL.encode(e)),
      ]
    }
    if let pk = bytes(numbers["pk"]) {
      return ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(pk))]
    }
    let point = (bytes(numbers["uncompressed"]) ?? []).dropFirst()
    let curves: [Int: JSONValue] = [64: "P-256", 96: "P-384", 132: "P-521"]
    return [
      "kty": "EC", "crv": curves[point.count] ?? nil,
      "x": .string(Base64URL.encode(Array(point.prefix(point.count / 2)))),
      "y": .string(Base64URL.encode(Array(point.suffix(point.count / 2)))),
    ]
  }

  private static func withoutZeros(_ hex: JSONValue?) -> [UInt8]? {
    bytes(hex).map { Array($0.drop { $0 == 0 }) }
  }
}

/// The bytes of a hexadecimal text.
private func bytes(_ hex: JSONValue?) -> [UInt8]? {
  guard let digits = hex?.stringValue.map({ Array($0.utf8) }) else { return nil }
  let padded = digits.count % 2 == 0 ? digits : [UInt8(ascii: "0")] + digits
  let pairs = stride(from: 0, to: padded.count, by: 2).map {
    UInt8(String(decoding: padded[$0..<$0 + 2], as: UTF8.self), radix: 16)
  }
  return pairs.contains(nil) ? nil : pairs.compactMap(\.self)
}

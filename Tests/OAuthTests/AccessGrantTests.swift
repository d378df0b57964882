import Crypto
import JOSE
import OAuth
import StrictJSON
import Testing

@Suite("What tokens have in common")
struct AccessGrantTests {
  private let key = P256.Signing.PrivateKey()
  private let grants = AccessGrants()
  private let reader = JWTReader()

  private func signed(_ changes: JSONObject = [:], without name: String = "") throws -> SignedToken?
  {
    var claims: JSONObject = [
      "iss": "https://issuer.example", "sub": "spiffe://example.org/shop/checkout",
      "aud": "https://orders.example", "client_id": "checkout", "scope": "orders.read",
      "iat": 1, "nbf": 1, "exp": 300, "jti": "id-1",
    ]
    for member in changes.members { claims[member.name] = member.value }
    claims[name] = nil
    let token = try JWSSigning.sign(
      payload: claims.serialized(), type: "at+jwt",
      signer: ES256Signer(key: self.key, keyID: "k1")
    ).compact
    let keys = IssuerKeys(
      issuer: "https://issuer.example",
      keySet: JSONWebKeySet(keys: [.from(self.key.publicKey, keyID: "k1")]), permitting: [.es256])
    return UnverifiedAccessToken.checkSignature(
      of: try self.reader.read(Array(token.utf8)[...]), keys,
      profile: AccessTokenProfile(types: ["at+jwt"], claims: .minimal), algorithms: nil,
      grants: self.grants
    ).signed
  }

  @Test("tokens that say the same share it, whatever their ids and times")
  func shared() throws {
    let first = try #require(try self.signed())
    let second = try #require(try self.signed(["jti": "id-2", "iat": 5, "exp": 900]))
    #expect(first.grant === second.grant)
    #expect((second.jwtID, second.issuedAt, second.expiresAt) == ("id-2", 5, 900))
    #expect(first.digest != second.digest)
  }

  @Test(
    "a token that says anything else has its own",
    arguments: [
      ["sub": "spiffe://example.org/shop/checkouT"], ["iss": "https://issuer.example/"],
      ["aud": "https://orders.example/"], ["aud": ["https://orders.example", "b"]],
      ["client_id": "checkou"], ["scope": "orders.read orders.write"], ["scope": ""],
    ] as [JSONObject])
  func different(_ changes: JSONObject) throws {
    let usual = try #require(try self.signed())
    let other = try #require(try self.signed(changes))
    #expect(usual.grant !== other.grant)
    #expect(usual.grant != other.grant)
    #expect(try self.signed()?.grant === usual.grant)
    #expect(try self.signed(changes)?.grant === other.grant)
  }

  @Test("a missing claim is not taken from a token before it")
  func missing() throws {
    let usual = try #require(try self.signed())
    #expect(try self.signed(without: "scope")?.scopes == ScopeSet())
    #expect(try self.signed(without: "client_id")?.clientID == nil)
    #expect(try self.signed(["azp": "other"], without: "client_id")?.clientID == "other")
    #expect(try self.signed(["azp": "other"])?.clientID == "checkout")
    for name in ["iss", "sub", "aud", "exp"] { #expect(try self.signed(without: name) == nil) }
    #expect(try self.signed(["client_id": 7]) == nil)
    #expect(try self.signed(["scope": ["orders.read"]]) == nil)
    #expect(try self.signed()?.grant === usual.grant)
  }
}

import Credentials
import Distribution
import JOSE
import OAuth
import OpenAPIContract
import SPIFFE
import StrictJSON
import Synchronization
import X509

/// The documents that verifiers read, made once for each world.
package final class Publications: PublishedDocuments {
  private struct Cached {
    var revision: Int64
    var documents: [PublishedDocument: [UInt8]]
    var bundles: TrustBundleSet
  }

  private let keeper: WorldKeeper
  private let cache = Mutex<Cached?>(nil)

  /// Where tokens are bound to client certificates, if anywhere.
  private let mutualTLSTokenEndpoint: String?

  init(keeper: WorldKeeper, mutualTLSTokenEndpoint: String?) {
    self.keeper = keeper
    self.mutualTLSTokenEndpoint = mutualTLSTokenEndpoint
  }

  package func document(_ name: PublishedDocument) throws -> [UInt8] {
    guard let document = try self.cached(self.keeper.current).documents[name] else {
      throw AdministrationError(.unavailable, "the document \(name.rawValue) is not published")
    }
    return document
  }

  /// The trust bundles by which SVIDs are verified here.
  func bundles(of world: World) throws -> TrustBundleSet {
    try self.cached(world).bundles
  }

  private func cached(_ world: World) throws -> Cached {
    if let held = self.cache.withLock({ $0 }), held.revision == world.revision { return held }
    let fresh = try self.make(world)
    self.cache.withLock { $0 = fresh }
    return fresh
  }

  private func make(_ world: World) throws -> Cached {
    let bundle = try Self.bundle(of: world)
    let accessKeys = try Self.keys(.accessToken, world)
    let svidKeys = try Self.keys(.jwtSVID, world).map { key in
      var json = key.json
      json["use"] = "sig"
      return try JSONWebKey(json)
    }
    let issuer = world.issuer
    let documents: [PublishedDocument: [UInt8]] = [
      .accessTokenKeys: JSONWebKeySet(keys: accessKeys).serialized(),
      .svidKeys: JSONWebKeySet(keys: svidKeys).serialized(),
      .trustBundle: try bundle.serialized(),
      .authorizationServerMetadata: self.metadata(world).serialized(),
      .openIDConfiguration: Self.openIDConfiguration(
        issuer: issuer, tokenEndpoint: "\(issuer)/oauth2/token"
      ).serialized(),
      .svidOpenIDConfiguration: Self.openIDConfiguration(
        issuer: "\(issuer)/svid", tokenEndpoint: nil
      ).serialized(),
    ]
    return Cached(
      revision: world.revision, documents: documents, bundles: try TrustBundleSet([bundle]))
  }

  private static func bundle(of world: World) throws -> TrustBundle {
    let roots = try world.authorities.values.sorted { $0.certificate < $1.certificate }.map {
      try Certificate(strictDER: try Base64URL.decode($0.certificate))
    }
    return try TrustBundle(
      x509: X509Bundle(trustDomain: world.trustDomain, authorities: roots),
      jwt: try JWTBundle(
        trustDomain: world.trustDomain, keys: try Self.keys(.jwtSVID, world)),
      sequence: world.revision, refreshHint: TrustBundle.defaultRefreshHint)
  }

  private static func keys(
    _ set: SigningKeyRecord.KeySet, _ world: World
  ) throws -> [JSONWebKey] {
    try world.liveKeys(set).map { try JSONWebKey($0.key.jwk) }
  }

  private func metadata(_ world: World) -> JSONObject {
    let scopes = Set(world.services.values.flatMap(\.contract.declaredScopes)).sorted()
    var metadata = AuthorizationServerMetadata(
      issuer: world.issuer, tokenEndpoint: "\(world.issuer)/oauth2/token",
      keySetURI: "\(world.issuer)/keys", introspectionEndpoint: nil, revocationEndpoint: nil,
      clientAuthenticationMethods: ["none"])
    metadata.proofAlgorithms = UnverifiedDPoPProof.algorithms
    metadata.mutualTLSTokenEndpoint = self.mutualTLSTokenEndpoint
    var json = metadata.json
    json["scopes_supported"] = .array(scopes.map(JSONValue.string))
    return json
  }

  private static func openIDConfiguration(issuer: String, tokenEndpoint: String?) -> JSONObject {
    OpenIDConfiguration(
      issuer: issuer, keySetURI: "\(issuer)/keys", tokenEndpoint: tokenEndpoint,
      algorithms: [.es256]
    ).json
  }
}

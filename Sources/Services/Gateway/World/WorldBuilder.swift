import Authorization
import CedarPolicy
import Credentials
import Distribution
import Enrollment
import Inspection
import JOSE
import OAuth
import OpenAPIContract
import SPIFFE
import X509

/// Makes a gateway's world out of records. One that cannot be read makes none: the world before it
/// stays.
struct WorldBuilder: Sendable {
  private let image: WorldImage
  /// Seconds by which an issuer's clock may be ahead.
  private let leeway: Int64

  init(_ image: WorldImage, leeway: Int64) {
    self.image = image
    self.leeway = leeway
  }

  /// - Throws: `UnusableWorld` that names the first record that cannot be used.
  func build(revision: Int64) throws(UnusableWorld) -> GatewayWorld {
    let trustDomain = try self.setting(RecordForm.Setting.trustDomain) {
      try TrustDomain(parsing: $0)
    }
    let workloads = try self.workloads(trustDomain)
    let services = try self.services()
    let routes = try self.routes(services)
    let issuer = try self.issuer()
    let bundles = try self.bundles(trustDomain)
    let policy = try self.policy(workloads, services, trustDomain)
    let (revocations, unreadable) = self.revocations()
    if let unreadable { throw unreadable }
    return try Self.read("setting", RecordForm.Setting.issuer) {
      try GatewayWorld(
        revision: revision, trustDomain: trustDomain, routes: routes, issuer: issuer,
        bundles: bundles, workloads: Set(workloads.map(\.id)), policy: policy,
        revocations: revocations,
        leeway: self.leeway)
    }
  }

  /// The revocations alone: they count even when another record cannot be read, one of their own
  /// included.
  /// - Returns: all that can be read, and the first that cannot: who is revoked is then not known in full.
  func revocations() -> (readable: RevocationView, unreadable: UnusableWorld?) {
    var view = RevocationView()
    var unreadable: UnusableWorld?
    for (name, value) in self.image.all(RecordForm.revocation) {
      do throws(UnusableWorld) {
        view.include(try Self.read("revocation", name) { try RevocationRecord(bytes: value) })
      } catch {
        unreadable = unreadable ?? error
      }
    }
    return (view, unreadable)
  }

  private func setting<Value>(
    _ name: String, _ body: (String) throws -> Value
  ) throws(UnusableWorld) -> Value {
    guard let value = self.image[RecordForm.setting, name] else {
      throw UnusableWorld(kind: "setting", name: name, problem: "missing")
    }
    return try Self.read("setting", name) { try body(try SettingRecord(bytes: value).value) }
  }

  private func workloads(_ trustDomain: TrustDomain) throws(UnusableWorld) -> [Workload] {
    var workloads: [Workload] = []
    for (name, value) in self.image.all(RecordForm.workload) {
      workloads.append(
        try Self.read("workload", name) {
          let record = try ManifestRecord(bytes: value)
          return try Workload(name: name, spec: record.spec, trustDomain: trustDomain)
        })
    }
    _ = try Self.read("workload", "all") { try WorkloadRegistry(workloads) }
    return workloads
  }

  private func services() throws(UnusableWorld) -> [ServiceEntry] {
    var services: [ServiceEntry] = []
    for (name, value) in self.image.all(RecordForm.service) {
      services.append(
        try Self.read("service", name) {
          let record = try ManifestRecord(bytes: value)
          let service = try Service(name: name, spec: record.spec, contract: record.text)
          return ServiceEntry(
            service: service, contract: try Contract(parsing: service.contract))
        })
    }
    return services
  }

  private func routes(_ services: [ServiceEntry]) throws(UnusableWorld) -> RouteTable {
    var table = RouteTable()
    var taken: Set<Service.Route> = []
    for entry in services {
      let routed = try Self.read("service", entry.service.name) { try entry.routed() }
      for route in entry.service.routes {
        guard taken.insert(route).inserted else {
          throw UnusableWorld(
            kind: "service", name: entry.service.name, problem: "another service has its route")
        }
        table.add(routed, host: route.host, pathPrefix: route.pathPrefix)
      }
    }
    return table
  }

  private func issuer() throws(UnusableWorld) -> IssuerKeys {
    let keys = try self.signingKeys(.accessToken) { key in
      try VerificationKey(key, permitting: [.es256], uses: ["sig"])
    }
    return IssuerKeys(
      issuer: try self.setting(RecordForm.Setting.issuer, { $0 }), keys: keys)
  }

  /// The trust domain's own bundle: what its SVIDs are verified with.
  private func bundles(_ trustDomain: TrustDomain) throws(UnusableWorld) -> TrustBundleSet {
    let keys = try self.signingKeys(.jwtSVID) { $0 }
    var authorities: [Certificate] = []
    for (name, value) in self.image.all(RecordForm.authority) {
      authorities.append(
        try Self.read("authority", name) {
          let record = try AuthorityRecord(bytes: value)
          return try Certificate(strictDER: try Base64URL.decode(record.certificate))
        })
    }
    return try Self.read("trust bundle", trustDomain.description) {
      let bundle = try TrustBundle(
        x509: X509Bundle(trustDomain: trustDomain, authorities: authorities),
        jwt: try JWTBundle(trustDomain: trustDomain, keys: keys), sequence: nil, refreshHint: nil)
      return try TrustBundleSet([bundle])
    }
  }

  /// The keys of one set, without those that were revoked.
  private func signingKeys<Key>(
    _ set: SigningKeyRecord.KeySet, _ body: (JSONWebKey) throws -> Key
  ) throws(UnusableWorld) -> [Key] {
    var keys: [Key] = []
    for (name, value) in self.image.all(RecordForm.signingKey) {
      let record = try Self.read("signing key", name) { try SigningKeyRecord(bytes: value) }
      guard record.set == set, record.phase != "revoked" else { continue }
      keys.append(try Self.read("signing key", name) { try body(try JSONWebKey(record.jwk)) })
    }
    return keys
  }

  private func policy(
    _ workloads: [Workload], _ services: [ServiceEntry], _ trustDomain: TrustDomain
  ) throws(UnusableWorld) -> CedarCallPolicy {
    var files: [PolicyFile] = []
    for (name, value) in self.image.all(RecordForm.policy) {
      let text = try Self.read("policy", name) { try ManifestRecord(bytes: value).policyText() }
      files.append(PolicyFile(name: name, text: text))
    }
    let posture = try self.posture()
    return try Self.read("policy", "all") {
      CedarCallPolicy(
        model: try AuthorizationModel(
          policies: try PolicyFile.merge(files),
          principals: workloads.map { workload in
            let id = workload.id.description
            return PrincipalFacts(
              spiffeID: id, facts: workload.facts(posture: posture[id] ?? []))
          },
          services: services.map(\.serviceFacts), trustDomain: trustDomain.description))
    }
  }

  private func posture() throws(UnusableWorld) -> [String: [PostureFact]] {
    var posture: [String: [PostureFact]] = [:]
    for (name, value) in self.image.all(RecordForm.posture) {
      posture[name] = try Self.read("posture", name) { try PostureRecord(bytes: value).facts }
    }
    return posture
  }

  private static func read<Value>(
    _ kind: String, _ name: String, _ body: () throws -> Value
  ) throws(UnusableWorld) -> Value {
    do {
      return try body()
    } catch {
      throw UnusableWorld(kind: kind, name: name, problem: "\(error)")
    }
  }
}

/// A record that the gateway cannot use, and why.
package struct UnusableWorld: Error, Hashable, Sendable, CustomStringConvertible {
  package let kind: String
  package let name: String
  package let problem: String

  package var description: String { "\(self.kind) `\(self.name)`: \(self.problem)" }
}

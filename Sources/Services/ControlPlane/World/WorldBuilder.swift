package import Authorization
import CedarPolicy
import Credentials
import Distribution
import Enrollment
import OAuth
import OpenAPIContract
import SPIFFE

/// Makes a world out of records, or says everything that stands in the way.
package struct WorldBuilder {
  private let image: RecordImage
  private var problems: [RejectedChange.Problem] = []

  private init(_ image: RecordImage) {
    self.image = image
  }

  /// - Throws: `RejectedChange` with every problem of every record.
  package static func build(_ image: RecordImage) throws(RejectedChange) -> World {
    var builder = WorldBuilder(image)
    return try builder.build()
  }

  private mutating func build() throws(RejectedChange) -> World {
    let issuer = self.setting(RecordForm.Setting.issuer) ?? ""
    let trustDomain = self.trustDomain()
    let workloads = trustDomain.map { self.workloads(in: $0) } ?? []
    let services = self.services()
    let policies = self.policies()
    let registry = self.registry(workloads)
    let model = trustDomain.flatMap {
      self.model(policies: policies, workloads: workloads, services: services, trustDomain: $0)
    }
    let revocations = self.read(RecordForm.revocation, RevocationRecord.init(bytes:))
    let suspensions = self.suspensions()
    let keys = self.read(RecordForm.signingKey, SigningKeyRecord.init(bytes:))
    let authorities = self.read(RecordForm.authority, AuthorityRecord.init(bytes:))
    guard self.problems.isEmpty, let trustDomain, let registry, let model else {
      throw RejectedChange(problems: self.problems)
    }
    var view = RevocationView()
    for record in revocations.values { view.include(record) }
    return World(
      revision: self.image.revision, trustDomain: trustDomain, issuer: issuer,
      workloads: registry, services: services,
      policyNames: self.image.all(RecordForm.policy).map(\.name), authorization: model,
      revocations: view, revocationRecords: revocations, suspensions: suspensions,
      signingKeys: keys, authorities: authorities)
  }

  private mutating func setting(_ name: String) -> String? {
    guard let stored = self.image[RecordForm.setting, name] else {
      self.report(RecordForm.setting, name, "", "missing")
      return nil
    }
    return self.attempt(RecordForm.setting, name) { try SettingRecord(bytes: stored.value).value }
  }

  private mutating func trustDomain() -> TrustDomain? {
    guard let text = self.setting(RecordForm.Setting.trustDomain) else { return nil }
    return self.attempt(RecordForm.setting, RecordForm.Setting.trustDomain) {
      try TrustDomain(parsing: text)
    }
  }

  private mutating func workloads(in trustDomain: TrustDomain) -> [Workload] {
    var workloads: [Workload] = []
    for (name, stored) in self.image.all(RecordForm.workload) {
      let workload = self.attempt(ManifestKind.workload.rawValue, name) {
        let record = try ManifestRecord(bytes: stored.value)
        return try Workload(name: name, spec: record.spec, trustDomain: trustDomain)
      }
      if let workload { workloads.append(workload) }
    }
    return workloads
  }

  private mutating func registry(_ workloads: [Workload]) -> WorkloadRegistry? {
    do {
      return try WorkloadRegistry(workloads)
    } catch {
      let paths = Dictionary(grouping: workloads, by: \.id).values.filter { $0.count > 1 }
      for workload in paths.joined() {
        self.report(
          ManifestKind.workload.rawValue, workload.name, error.field, error.message)
      }
      return nil
    }
  }

  private mutating func services() -> [String: World.ServiceEntry] {
    var services: [String: World.ServiceEntry] = [:]
    for (name, stored) in self.image.all(RecordForm.service) {
      services[name] = self.attempt(ManifestKind.service.rawValue, name) {
        let record = try ManifestRecord(bytes: stored.value)
        let service = try Service(name: name, spec: record.spec, contract: record.text)
        try Self.checkAudience(of: service)
        return World.ServiceEntry(
          service: service, contract: try Contract(parsing: service.contract))
      }
    }
    self.refuseSharedClaims(services)
    return services
  }

  /// With an audience that no token can bear, no gateway could use these records.
  private static func checkAudience(of service: Service) throws(ManifestError) {
    do {
      _ = try Audience(parsing: service.audience)
    } catch {
      throw ManifestError(field: "spec.audience", message: error.description)
    }
  }

  /// One audience and one route belong to one service: otherwise nobody could say which it is.
  private mutating func refuseSharedClaims(_ services: [String: World.ServiceEntry]) {
    var audiences: [String: String] = [:]
    var routes: [Service.Route: String] = [:]
    for (name, entry) in services.sorted(by: { $0.key < $1.key }) {
      if let other = audiences.updateValue(name, forKey: entry.service.audience) {
        self.report(
          ManifestKind.service.rawValue, name, "spec.audience",
          "service `\(other)` has the same audience")
      }
      for (index, route) in entry.service.routes.enumerated() {
        // A slash at the end says nothing to the gateway.
        let prefix =
          route.pathPrefix.hasSuffix("/")
          ? String(route.pathPrefix.dropLast()) : route.pathPrefix
        let claim = Service.Route(host: route.host, pathPrefix: prefix)
        if let other = routes.updateValue(name, forKey: claim) {
          self.report(
            ManifestKind.service.rawValue, name, "spec.routes[\(index)]",
            other == name ? "stands here twice" : "service `\(other)` has the same route")
        }
      }
    }
  }

  private mutating func policies() -> PolicySet {
    var whole = PolicySet()
    for (name, stored) in self.image.all(RecordForm.policy) {
      do {
        let text = try ManifestRecord(bytes: stored.value).policyText()
        try whole.merge(PolicyFile(name: name, text: text).parse())
      } catch let error as InvalidPolicyFile {
        self.report(RecordSort.policy.rawValue, name, error.location, error.description)
      } catch {
        self.report(RecordSort.policy.rawValue, name, "", "\(error)")
      }
    }
    return whole
  }

  private mutating func model(
    policies: PolicySet, workloads: [Workload], services: [String: World.ServiceEntry],
    trustDomain: TrustDomain
  ) -> AuthorizationModel? {
    let unique = Dictionary(workloads.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let posture = self.read(RecordForm.posture, PostureRecord.init(bytes:))
    return self.attempt("Policy", "all") {
      try AuthorizationModel(
        policies: policies,
        principals: unique.values.map { workload in
          let id = workload.id.description
          return PrincipalFacts(
            spiffeID: id, facts: workload.facts(posture: posture[id]?.facts ?? []))
        },
        services: services.values.map(\.serviceFacts), trustDomain: trustDomain.description)
    }
  }

  private mutating func suspensions() -> [SPIFFEID: SuspensionRecord] {
    var suspensions: [SPIFFEID: SuspensionRecord] = [:]
    for (name, stored) in self.image.all(RecordForm.suspension) {
      let entry = self.attempt(RecordForm.suspension, name) {
        (try SPIFFEID(parsing: name), try SuspensionRecord(bytes: stored.value))
      }
      if let (id, record) = entry { suspensions[id] = record }
    }
    return suspensions
  }

  private mutating func read<Form>(
    _ kind: String, _ decode: ([UInt8]) throws(UnreadableRecord) -> Form
  ) -> [String: Form] {
    var forms: [String: Form] = [:]
    for (name, stored) in self.image.all(kind) {
      forms[name] = self.attempt(kind, name) { try decode(stored.value) }
    }
    return forms
  }

  private mutating func attempt<Result>(
    _ kind: String, _ name: String, _ body: () throws -> Result
  ) -> Result? {
    do {
      return try body()
    } catch let error as ManifestError {
      self.report(kind, name, error.field, error.message)
    } catch {
      self.report(kind, name, "", "\(error)")
    }
    return nil
  }

  private mutating func report(
    _ kind: String, _ name: String, _ location: String, _ message: String
  ) {
    self.problems.append(
      RejectedChange.Problem(kind: kind, name: name, location: location, message: message))
  }
}

extension World.ServiceEntry {
  package var serviceFacts: ServiceFacts {
    ServiceFacts(
      name: self.service.name, owner: self.service.owner,
      exposure: self.service.exposure.rawValue, operations: self.contract.operations.map(\.id),
      parameters: self.contract.pathParameterNames)
  }
}

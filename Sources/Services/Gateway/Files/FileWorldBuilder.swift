package import Authorization
import CedarPolicy
import Credentials
package import Enrollment
import Inspection
import OAuth
import OpenAPIContract
import SPIFFE

/// Makes a world out of manifests and policies that were read from files, held to all that the
/// control plane would hold them to. What is wrong with one of them is wrong with all.
package struct FileWorldBuilder {
  private let settings: FileSettings
  private let documents: [ManifestDocument]
  private let policies: [PolicyFile]
  private var problems: [FileProblem] = []

  package init(
    documents: [ManifestDocument], policies: [PolicyFile], settings: FileSettings
  ) {
    self.documents = documents
    self.policies = policies
    self.settings = settings
  }

  /// - Throws: `InvalidFiles` with every problem that can be found.
  package consuming func build() throws(InvalidFiles) -> FileWorld {
    let workloads = self.workloads()
    let services = self.services()
    let routes = self.routes(services)
    let set = self.policySet()
    guard self.problems.isEmpty else { throw InvalidFiles(problems: self.problems) }
    guard let (model, warnings) = self.model(set, workloads, services) else {
      throw InvalidFiles(problems: self.problems)
    }
    return FileWorld(
      settings: self.settings, routes: routes, workloads: Set(workloads.map(\.id)),
      policy: CedarCallPolicy(model: model),
      services: services.map(\.service).sorted { $0.name < $1.name }, warnings: warnings)
  }

  private mutating func workloads() -> [Workload] {
    var workloads: [Workload] = []
    for document in self.documents where document.kind == .workload {
      self.attempt(document) { (settings) throws(ManifestError) in
        guard let trustDomain = settings.trustDomain else {
          throw ManifestError(
            field: "spec.path",
            message: "of which trust domain? The configuration needs a `trustDomain`")
        }
        workloads.append(
          try Workload(
            name: document.name, spec: document.spec, trustDomain: trustDomain,
            needsEvidence: false))
        // With one more it may be two of one id.
        _ = try WorkloadRegistry(workloads)
      }
    }
    return workloads
  }

  private mutating func services() -> [ServiceEntry] {
    var services: [ServiceEntry] = []
    for document in self.documents where document.kind == .service {
      self.attempt(document) { (_) throws(ManifestError) in
        let service = try Service(
          name: document.name, spec: document.spec, contract: document.contract)
        services.append(ServiceEntry(service: service, contract: try Self.contract(service)))
      }
    }
    return services
  }

  private static func contract(_ service: Service) throws(ManifestError) -> Contract {
    do {
      return try Contract(parsing: service.contract)
    } catch {
      throw ManifestError(field: "spec.contract", message: "\(error)")
    }
  }

  private mutating func attempt(
    _ document: ManifestDocument, _ body: (FileSettings) throws(ManifestError) -> Void
  ) {
    do throws(ManifestError) {
      try body(self.settings)
    } catch {
      self.problems.append(
        FileProblem(
          kind: document.kind.rawValue, name: document.name, field: error.field,
          message: error.description))
    }
  }

  private mutating func routes(_ services: [ServiceEntry]) -> RouteTable {
    var table = RouteTable()
    var taken: [Service.Route: String] = [:]
    for entry in services {
      let name = entry.service.name
      let routed: RoutedService
      do {
        routed = try entry.routed()
      } catch {
        self.problem("Service", name, "spec.audience", "\(error)")
        continue
      }
      for (index, route) in entry.service.routes.enumerated() {
        if let other = taken.updateValue(name, forKey: route) {
          self.problem(
            "Service", name, "spec.routes[\(index)]",
            "the service `\(other)` has this route already")
        }
        table.add(routed, host: route.host, pathPrefix: route.pathPrefix)
      }
    }
    return table
  }

  private mutating func policySet() -> PolicySet {
    var whole = PolicySet()
    for file in self.policies {
      do {
        let set = try file.parse()
        // Most often a file that somebody is still writing: a forbid is missing, not unwanted.
        if set.policies.isEmpty {
          self.problem("Policy", file.name, "1:1", "the file holds no policy: remove it")
        }
        try whole.merge(set)
      } catch let error as InvalidPolicyFile {
        let place = error.location.isEmpty ? "1:1" : error.location
        self.problem("Policy", file.name, place, error.description)
      } catch {
        self.problem("Policy", file.name, "1:1", "\(error)")
      }
    }
    return whole
  }

  private mutating func model(
    _ policies: PolicySet, _ workloads: [Workload], _ services: [ServiceEntry]
  ) -> (AuthorizationModel, [FileProblem])? {
    do {
      let model = try AuthorizationModel(
        policies: policies,
        principals: workloads.map {
          PrincipalFacts(spiffeID: $0.id.description, facts: $0.facts(posture: []))
        },
        services: services.map(\.serviceFacts),
        trustDomain: self.settings.trustDomain?.description ?? "",
        admitsUnregistered: self.settings.registration != .everybody)
      let findings = try PolicyLint.findings(in: model)
      self.problems += findings.filter { $0.severity == .error }.map(Self.problem)
      guard self.problems.isEmpty else { return nil }
      return (model, findings.map(Self.problem))
    } catch {
      self.problem("Policy", self.policies.first?.name ?? "", "1:1", "\(error)")
      return nil
    }
  }

  private mutating func problem(
    _ kind: String, _ name: String, _ field: String, _ message: String
  ) {
    self.problems.append(
      FileProblem(kind: kind, name: name, field: field, message: message))
  }

  private static func problem(_ finding: PolicyFinding) -> FileProblem {
    FileProblem(
      kind: "Policy", name: finding.source ?? finding.policyID, field: finding.location,
      message: finding.text)
  }
}

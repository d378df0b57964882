import Credentials
import HTTPMessages
import Inspection
import JOSE
import OAuth
import OpenAPIContract
import SPIFFE
import StrictJSON

/// What a gateway decides by, for people: no key, no token, and of workloads and revocations only how
/// many there are.
struct WorldDump {
  let world: GatewayWorld

  var json: JSONObject {
    [
      "revision": .integer(self.world.revision),
      "trustDomain": self.world.trustDomain.map { .string($0.description) } ?? .null,
      "clockLeeway": .integer(self.world.leeway),
      "services": .array(self.services.map { .object(self.dump($0)) }),
      "issuers": .array(self.issuers),
      "trustBundles": .array(self.bundles),
      "workloads": .integer(Int64(self.world.workloads.count)),
      "registration": .string(self.world.registration.rawValue),
      "revocations": .object(self.revocations),
      "policiesInShadow": .array(self.world.policy.shadows.map { .string($0) }),
    ]
  }

  /// In the form that `gatehouse status` has.
  var notEnforcing: [JSONValue] {
    let checks = self.services.flatMap { service in
      Stage.relaxable.compactMap { stage -> JSONValue? in
        let mode = service.enforcement(of: stage)
        guard mode != .enforcing else { return nil }
        return .object([
          "service": .string(service.name), "check": .string(stage.rawValue),
          "mode": .string(mode.rawValue),
        ])
      }
    }
    let policies = self.world.policy.shadows.map { policy -> JSONValue in
      .object([
        "policy": .string(policy), "check": .string("policy"), "mode": .string("shadow"),
      ])
    }
    return checks + policies
  }

  private var services: [RoutedService] {
    var byName: [String: RoutedService] = [:]
    for route in self.world.routes.all { byName[route.service.name] = route.service }
    return byName.values.sorted { $0.name < $1.name }
  }

  private func dump(_ service: RoutedService) -> JSONObject {
    [
      "name": .string(service.name), "audience": .string(service.audience.description),
      "routes": .array(self.routes(of: service)),
      "upstream": .object(Self.upstream(service.forwarding.upstream)),
      "forwardToken": .bool(service.forwarding.forwardsToken),
      "contract": .object(Self.contract(service)),
      "anonymous": .array(service.anonymous.sorted().map { .string($0) }),
      "enforcement": .object(Self.enforcement(service)),
      "limits": .object([
        "requestBody": .integer(Int64(clamping: service.maximumBody)),
        "responseTimeout": .integer(service.forwarding.responseTimeout),
      ]),
      "senderConstraint": .string(service.senderConstraint.rawValue),
      "externalOrigin": service.externalOrigin.map { .string($0) } ?? .null,
      "webSocket": .bool(service.forwarding.allowsWebSocket),
      "paths": .object(Self.paths(service.pathRules)),
      "audit": .string(service.mustBeRecorded ? "required" : "best-effort"),
    ]
  }

  private static func paths(_ rules: PathRules) -> JSONObject {
    func word(_ rule: PathRules) -> JSONValue { rules.contains(rule) ? "allow" : "refuse" }
    return [
      "encodedSlash": word(.encodedSlashes), "dotSegments": word(.dotSegments),
      "emptySegments": word(.emptySegments), "encodedUnreserved": word(.encodedUnreserved),
    ]
  }

  private func routes(of service: RoutedService) -> [JSONValue] {
    self.world.routes.all.filter { $0.service.name == service.name }.map { route in
      .object(["host": .string(route.host), "pathPrefix": .string(route.pathPrefix)])
    }
  }

  private static func contract(_ service: RoutedService) -> JSONObject {
    [
      "title": .string(service.contract.title), "version": .string(service.contract.version),
      "operations": .integer(Int64(service.contract.operations.count)),
      "sha256": service.contractDigest.map { .string($0) } ?? .null,
    ]
  }

  private static func enforcement(_ service: RoutedService) -> JSONObject {
    var modes: JSONObject = [:]
    for stage in Stage.relaxable {
      modes[stage.rawValue] = .string(service.enforcement(of: stage).rawValue)
    }
    return modes
  }

  private static func upstream(_ upstream: Upstream) -> JSONObject {
    [
      "transport": .string(Self.name(of: upstream.transport)),
      "endpoints": .array(
        upstream.origins.map {
          .object([
            "host": .string($0.host), "port": .integer(Int64($0.port)),
            "weight": .integer(Int64($0.weight)),
          ])
        }),
    ]
  }

  private static func name(of transport: Upstream.Transport) -> String {
    switch transport {
    case .plaintext: "http"
    case .tls: "https"
    case .mutualTLS: "spiffe"
    }
  }

  private var issuers: [JSONValue] {
    self.world.issuers.names.compactMap { self.world.issuers[$0] }.map { issuer in
      var json: JSONObject = [
        "issuer": .string(issuer.issuer),
        "algorithms": .array(issuer.algorithms.map(\.rawValue).sorted().map { .string($0) }),
        "trustDomains": .array(issuer.trustDomains.sorted().map { .string($0.description) }),
      ]
      switch issuer.keys {
      case .available(let keys):
        json["keys"] = "available"
        json["keyIds"] = .array(keys.keyIDs.map { .string($0) })
      case .unavailable:
        json["keys"] = "unavailable"
        json["keyIds"] = .array([])
      }
      return .object(json)
    }
  }

  private var bundles: [JSONValue] {
    let known = self.world.bundles.trustDomains.map { domain -> JSONValue in
      .object(["trustDomain": .string(domain.description), "keys": "available"])
    }
    let missing = self.world.unavailableTrustDomains.sorted().map { domain -> JSONValue in
      .object(["trustDomain": .string(domain.description), "keys": "unavailable"])
    }
    return known + missing
  }

  private var revocations: JSONObject {
    let view = self.world.revocations
    return [
      "credentials": .integer(Int64(view.credentials.count)),
      "keys": .integer(Int64(view.keys.count)), "subjects": .integer(Int64(view.cutoffs.count)),
      "issuedBefore": view.issuedBefore.map { .integer($0) } ?? .null,
    ]
  }
}

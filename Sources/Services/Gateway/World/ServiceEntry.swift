import Authorization
import Credentials
import Crypto
import Enrollment
import Inspection
import OAuth
import OpenAPIContract
import SPIFFE

/// A service with what its contract says, on the way from its manifest to the gateway's world.
struct ServiceEntry {
  let service: Service
  let contract: Contract

  func routed() throws -> RoutedService {
    RoutedService(
      name: self.service.name, audience: try Audience(parsing: self.service.audience),
      contract: self.contract, anonymous: Set(self.service.anonymous),
      enforcement: self.enforcement, maximumBody: UInt64(max(0, self.service.limits.requestBody)),
      forwarding: .init(
        upstream: self.upstream, forwardsToken: self.service.forwardToken,
        responseTimeout: self.service.limits.responseTimeout),
      mustBeRecorded: self.service.audit == .required, senderConstraint: self.senderConstraint,
      contractDigest: Hexadecimal.encode(
        Array(SHA256.hash(data: Array(self.service.contract.utf8)))))
  }

  private var senderConstraint: Inspection.SenderConstraint {
    switch self.service.senderConstraint {
    case .none: .none
    case .required: .required
    case .dpop: .dpop
    case .mutualTLS: .mutualTLS
    }
  }

  private var enforcement: [Stage: Enforcement] {
    var modes: [Stage: Enforcement] = [:]
    for (stage, mode) in self.service.enforcement {
      modes[Self.stage(stage)] = Self.mode(mode)
    }
    return modes
  }

  private static func stage(_ stage: Service.EnforcedStage) -> Stage {
    switch stage {
    case .operation: .operation
    case .scope: .scope
    case .contract: .contract
    case .policy: .policy
    }
  }

  private static func mode(_ mode: Service.Enforcement) -> Enforcement {
    switch mode {
    case .enforcing: .enforcing
    case .shadow: .shadow
    case .off: .off
    }
  }

  var serviceFacts: ServiceFacts {
    ServiceFacts(
      name: self.service.name, owner: self.service.owner,
      exposure: self.service.exposure.rawValue, operations: self.contract.operations.map(\.id),
      parameters: self.contract.pathParameterNames)
  }
}

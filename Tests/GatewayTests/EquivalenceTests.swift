import Authorization
import Distribution
import Inspection
import TestIssuers
import Testing

@testable import Gateway

/// Control plane and gateway build their worlds from the same records.
@Suite("The worlds of control plane and gateway", .timeLimit(.minutes(5)))
struct EquivalenceTests {
  private func gatewayModel(of items: [FeedItem]) throws -> AuthorizationModel {
    var image = WorldImage()
    image.apply(items)
    let world = try WorldBuilder(image, leeway: 5).build(revision: 1)
    return try #require(world.policy as? CedarCallPolicy).model
  }

  @Test(
    "whatever the control plane accepts the gateway builds, and both decide alike",
    arguments: [1, 2, 3, 4] as [UInt64])
  func accepted(seed: UInt64) throws {
    let issuer = TestIssuer()
    var random = RandomRecords(seed: seed)
    var (accepted, refused, calls, allowed) = (0, 0, 0, 0)
    for round in 0..<600 {
      let items = try random.items(issuer)
      guard let wanted = try? ControlPlaneView.model(of: items) else {
        refused += 1
        continue
      }
      accepted += 1
      let built: AuthorizationModel
      do {
        built = try self.gatewayModel(of: items)
      } catch {
        Issue.record("seed \(seed), round \(round): the gateway refuses: \(error)")
        continue
      }
      #expect(built.allPrincipals == wanted.allPrincipals)
      #expect(Set(built.services) == Set(wanted.services))
      for question in self.questions(wanted) {
        let decision = try wanted.mayCall(question)
        #expect(try built.mayCall(question) == decision, "seed \(seed), round \(round)")
        calls += 1
        if decision.isAllowed { allowed += 1 }
      }
    }
    // Otherwise the rounds prove little.
    #expect(accepted > 80 && refused > 80)
    #expect(allowed > 20 && calls - allowed > 20)
  }

  private func questions(_ model: AuthorizationModel) -> [CallQuestion] {
    let callers =
      model.allPrincipals.map { Optional($0.spiffeID) } + [nil, "spiffe://example.org/x"]
    return callers.flatMap { caller in
      model.services.flatMap { service in
        (service.operations + [""]).map { operation in
          CallQuestion(
            spiffeID: caller, service: service.name, operation: operation, scopes: ["orders.read"],
            method: "GET", path: "/orders/1", parameters: ["id": "1"], source: "192.0.2.1",
            now: 1_000_100)
        }
      }
    }
  }

  @Test(
    "the gateway takes no record that the control plane refuses, where one decides about access",
    arguments: RandomRecords.wrongAlone)
  func refused(item: FeedItem) throws {
    let items = try TestRecords.world(TestIssuer()).filter {
      $0.kind != item.kind || $0.name != item.name
    }
    #expect(throws: (any Error).self) { try ControlPlaneView.model(of: items + [item]) }
    #expect(throws: (any Error).self) { try self.gatewayModel(of: items + [item]) }
  }
}

extension RandomRecords {
  /// Records that make no world, whatever the others are.
  static let wrongAlone: [FeedItem] = [
    ("policy", "shop", "{"), ("policy", "shop", #"{"spec":{}}"#),
    ("policy", "new", #"{"spec":{},"text":"permit("}"#), ("workload", "checkout", #"{"spec":{}}"#),
    ("workload", "new", "[]"), ("service", "orders", #"{"spec":{},"text":""}"#),
    ("posture", "spiffe://example.org/shop/checkout", "{}"),
    ("setting", "trust-domain", #"{"value":"EXAMPLE"}"#), ("setting", "trust-domain", "{}"),
    ("setting", "issuer", "{}"), ("revocation", "r", "{}"), ("signing-key", "k", "{}"),
  ].map { FeedItem(kind: $0, name: $1, value: Array($2.utf8)) }
}

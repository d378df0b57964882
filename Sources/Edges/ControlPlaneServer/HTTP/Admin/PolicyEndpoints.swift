import ControlPlane
import ControlPlaneAPI
import Credentials
import HTTPTypes
import PolicyReview
import StrictJSON

/// The endpoints that answer questions about policies and change nothing.
struct PolicyEndpoints {
  let policies: any PolicyReviewing

  var all: [Endpoint] {
    [
      self.schema, self.explanation, self.replay,
      self.review(AdminPath.policyShadowReports) { policies, since, _ in
        try await policies.report(.shadow, since: since)
      },
      self.review(AdminPath.policyUnused) { policies, since, _ in
        try await policies.report(.unused, since: since)
      },
      self.review(AdminPath.policySuggestions) { policies, since, workload in
        try await policies.report(.suggestions(for: workload), since: since)
      },
      self.review(AdminPath.policyReach) { policies, _, workload in
        guard let workload, let reach = try await policies.reach(of: workload) else {
          throw AdministrationError(
            .notFound, "no workload has this SPIFFE ID; `gatehouse get workloads` lists them")
        }
        return reach
      },
    ]
  }

  private var schema: Endpoint {
    Endpoint(.get, AdminPath.policySchema) { [policies] _ in
      .json(["schema": .string(policies.schema)])
    }
  }

  private var explanation: Endpoint {
    Endpoint(.get, AdminPath.policyExplanations + "/{id}") { [policies] exchange in
      let query = try exchange.parameter(0)
      guard MessageLimits.isQuery(query) else {
        throw Refusal.malformed("expected a request id, trace id, jti, serial or digest")
      }
      return try await AdminEndpoints.explaining {
        guard let explanation = try await policies.explanation(of: query) else {
          throw AdministrationError(
            .notFound, "no log holds a request or a credential of this id")
        }
        return .json(.object(explanation))
      }
    }
  }

  private var replay: Endpoint {
    Endpoint(.post, AdminPath.policyReplays) { [policies] exchange in
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await AdminEndpoints.explaining {
        let message = try ReplayMessage(json: json)
        let page = ReplayPage(
          candidate: message.policies.map { ($0.name, $0.text) },
          since: try Self.instant(message.since), cursor: message.cursor,
          limit: Int(clamping: message.limit))
        return .json(.object(try await policies.replay(page)))
      }
    }
  }

  private func review(
    _ path: String,
    _ answer:
      @escaping @Sendable (any PolicyReviewing, Instant?, String?) async throws ->
      JSONObject
  ) -> Endpoint {
    Endpoint(.post, path) { [policies] exchange in
      let json = try await exchange.json(limits: MessageLimits.request)
      return try await AdminEndpoints.explaining {
        let message = try ReviewMessage(json: json)
        return .json(
          .object(try await answer(policies, try Self.instant(message.since), message.workload)))
      }
    }
  }

  private static func instant(_ text: String?) throws(MalformedMessage) -> Instant? {
    guard let text else { return nil }
    guard let instant = Instant(rfc3339: text) else {
      throw MalformedMessage("`since` is a time such as 2026-01-31T12:00:00Z")
    }
    return instant
  }
}

package import ControlPlane
import ControlPlaneAPI
import HTTPTypes
import NIOCore
import StrictJSON

/// What the public listener needs from the control plane.
package struct PublicPorts: Sendable {
  package var tokens: any TokenIssuing
  package var documents: any PublishedDocuments
  /// What is missing before the server can serve; empty when it can.
  package var missing: @Sendable () -> [String]

  package init(
    tokens: any TokenIssuing, documents: any PublishedDocuments,
    missing: @escaping @Sendable () -> [String]
  ) {
    self.tokens = tokens
    self.documents = documents
    self.missing = missing
  }
}

/// The endpoints that everybody may call.
struct PublicEndpoints {
  let ports: PublicPorts
  let counters: RequestCounters

  /// Seconds for which keys and metadata may be cached: far less than keys are published ahead.
  private static let freshness = 60

  var all: [Endpoint] {
    let token = TokenEndpoint(tokens: self.ports.tokens, counters: self.counters, uri: nil)
    return [
      Endpoint(.post, PublicPath.token) { try await token.answer($0) },
      self.document(PublicPath.openIDConfiguration, .openIDConfiguration),
      self.document(PublicPath.authorizationServer, .authorizationServerMetadata),
      self.document(PublicPath.accessTokenKeys, .accessTokenKeys),
      self.document(PublicPath.svidOpenIDConfiguration, .svidOpenIDConfiguration),
      self.document(PublicPath.svidKeys, .svidKeys),
      self.document(PublicPath.trustBundle, .trustBundle),
      Endpoint(.get, PublicPath.live) { _ in .json(["status": "live"]) },
      self.readiness, self.metrics,
    ]
  }

  private func document(_ path: String, _ document: PublishedDocument) -> Endpoint {
    Endpoint(.get, path) { [documents = self.ports.documents] _ in
      var reply = Reply(.ok, type: MediaType.json, body: try Self.body(document, documents))
      reply.fields[.cacheControl] = "public, max-age=\(Self.freshness)"
      reply.fields[.accessControlAllowOrigin] = "*"
      return reply
    }
  }

  private static func body(
    _ document: PublishedDocument, _ documents: any PublishedDocuments
  ) throws(Refusal) -> [UInt8] {
    do {
      return try documents.document(document)
    } catch {
      throw Refusal(
        ProblemDetails(
          "http/unavailable", title: "Unavailable", status: 503,
          detail: "the server cannot make this document now; its log says why"),
        cause: error)
    }
  }

  private var readiness: Endpoint {
    Endpoint(.get, PublicPath.ready) { [missing = self.ports.missing] _ in
      let reasons = missing()
      guard reasons.isEmpty else {
        throw Refusal(
          ProblemDetails(
            "http/not-ready", title: "Not ready", status: 503,
            detail: reasons.joined(separator: "; ")))
      }
      return .json(["status": "ready"])
    }
  }

  private var metrics: Endpoint {
    Endpoint(.get, PublicPath.metrics) { [counters = self.counters] _ in
      Reply(.ok, type: MediaType.metrics, body: Array(counters.exposition.utf8))
    }
  }
}

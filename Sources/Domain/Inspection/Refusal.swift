package import HTTPMessages
package import OpenAPIContract

/// Why a request does not go through: a value that says everything the answer needs. It never holds
/// anything that the caller sent.
package struct Refusal: Error, Hashable, Sendable {
  package let stage: Stage
  /// Kebab case, stable between versions, unique within its stage.
  package let name: String
  package let status: HTTPStatus
  /// The kind of problem in words; the same for every occurrence.
  package let title: String
  /// This occurrence in words.
  package let detail: String?
  /// Fields of the answer besides those that every answer has.
  package var fields: [Field]
  /// Every way in which the request breaks the contract.
  package let violations: [Violation]
  /// What it is to whoever reads Proxy-Status (RFC 9209).
  package let proxyError: ProxyErrorType

  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(
    _ stage: Stage, _ name: String, _ status: HTTPStatus, title: String, detail: String? = nil,
    fields: [Field] = [], violations: [Violation] = [], proxyError: ProxyErrorType? = nil
  ) {
    self.stage = stage
    self.name = name
    self.status = status
    self.title = title
    self.detail = detail
    self.fields = fields
    self.violations = violations
    self.proxyError = proxyError ?? Self.proxyError(of: stage)
  }

  private static func proxyError(of stage: Stage) -> ProxyErrorType {
    switch stage {
    case .framing: .httpRequestError
    case .host, .sourceLimit, .credential, .identityLimit, .operation, .scope, .contract, .policy:
      .httpRequestDenied
    case .forward: .proxyInternalError
    }
  }

  /// `https://gatehouse.dev/problems/<stage>/<name>`.
  package var type: String {
    "https://gatehouse.dev/problems/\(self.stage.rawValue)/\(self.name)"
  }

  /// The code under which events and metrics know it.
  package var code: String { "\(self.stage.rawValue)/\(self.name)" }

  /// The body of the answer, RFC 9457.
  /// - Parameter requestID: ours, by which the log knows the request.
  package func problem(requestID: String) -> Problem {
    var extensions: [JSONText.Member] = [.init("requestId", .string(requestID))]
    if !self.violations.isEmpty {
      extensions.append(
        .init(
          "violations",
          .array(
            self.violations.map {
              .object([
                .init("pointer", .string($0.pointer)),
                .init("keyword", .string($0.keyword.rawValue)),
              ])
            })))
    }
    return Problem(
      type: self.type, title: self.title, status: self.status, detail: self.detail,
      extensions: extensions)
  }
}

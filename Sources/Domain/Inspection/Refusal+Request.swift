import HTTPMessages
import OpenAPIContract

/// Refusals of the stages after the credential.
extension Refusal {
  static let operationUnknown = Refusal(
    .operation, "unknown", .notFound, title: "Unknown Operation",
    detail: "the service's contract has no operation with this path")

  static func methodNotAllowed(_ allow: [String]) -> Refusal {
    Refusal(
      .operation, "method-not-allowed", .methodNotAllowed, title: "Method Not Allowed",
      detail: "the service's contract has other methods under this path",
      fields: [Field("Allow", allow.joined(separator: ", "))])
  }

  static func insufficientScope(_ scopes: [String], _ challenge: ChallengeTerms) -> Refusal {
    let detail = "the credential does not carry the scopes that the operation needs"
    return Refusal(
      .scope, "insufficient-scope", .forbidden, title: "Insufficient Scope", detail: detail,
      fields: [challenge.field(.insufficientScope, detail, scopes: scopes)])
  }

  /// A body whose announced size is beyond what the service takes.
  package static let bodyTooLarge = Refusal(
    .contract, "body-too-large", .contentTooLarge, title: "Content Too Large",
    detail: "the body is larger than this operation accepts")

  static func queryMalformed(_ refusal: RequestRefusal) -> Refusal {
    Refusal(
      .contract, "query-malformed", .badRequest, title: "Malformed Query",
      detail: refusal.description)
  }

  /// Of several violations with different statuses, none tells the whole: 400.
  static func violations(_ violations: [Violation]) -> Refusal {
    let statuses = Set(violations.map(\.status))
    let only = statuses.count == 1 ? statuses.first.flatMap(HTTPStatus.init(code:)) : nil
    let status = only ?? .badRequest
    let name =
      switch status {
      case .contentTooLarge: "body-too-large"
      case .unsupportedMediaType: "media-type"
      default: "violated"
      }
    return Refusal(
      .contract, name, status, title: "Contract Violated",
      detail: "the request is not what the service's contract describes", violations: violations)
  }

  static func denied(_ verdict: PolicyVerdict) -> Refusal {
    Refusal(
      .policy, "denied", .forbidden, title: "Denied By Policy", detail: verdict.explanation)
  }
}

import Credentials
import Gateway
import HTTPMessages
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StrictJSON

/// The connection behind a request; nothing of it is needed.
struct AdminContext: InitializableFromSource, Sendable {
  init(source: ApplicationRequestContextSource) {}
}

/// Answers GET and HEAD at a handful of paths.
struct AdminResponder: HTTPResponder {
  typealias Context = AdminContext

  let source: any GatewayStatusSource

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let path = (request.head.path ?? "").prefix { $0 != "?" }
    guard let answer = Self.answers[String(path)] else {
      return Self.problem(.notFound, "not-found", "nothing is served at this path")
    }
    guard request.method == .get || request.method == .head else {
      var response = Self.problem(
        .methodNotAllowed, "method-not-allowed", "this path serves GET and HEAD")
      response.headers[.allow] = "GET, HEAD"
      return response
    }
    return answer(self.source).response(isHead: request.method == .head)
  }

  private struct Answer {
    var status = HTTPResponse.Status.ok
    var type = "application/json"
    let body: [UInt8]

    func response(isHead: Bool) -> Response {
      let fields: HTTPFields = [
        .contentType: self.type, .contentLength: String(self.body.count),
        .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
      ]
      guard !isHead else { return Response(status: self.status, headers: fields) }
      return Response(
        status: self.status, headers: fields,
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: self.body)))
    }
  }

  private static let answers: [String: @Sendable (any GatewayStatusSource) -> Answer] = [
    "/live": { _ in Answer(body: JSONValue.object(["status": "live"]).serialized()) },
    "/ready": { Self.readiness($0.unreadiness(), $0.concerns()) },
    "/metrics": { Answer(type: GatewayMetrics.mediaType, body: $0.metrics()) },
    "/config": { Answer(body: $0.configuration().serialized()) },
    "/v1/not-enforcing": {
      Answer(body: JSONValue.object(["notEnforcing": .array($0.notEnforcing())]).serialized())
    },
  ]

  private static func list(_ reasons: [Reason]) -> JSONValue {
    .array(
      reasons.map { reason -> JSONValue in
        .object(["code": .string(reason.code), "message": .string(reason.message)])
      })
  }

  private static func readiness(_ reasons: [Reason], _ concerns: [Reason]) -> Answer {
    Answer(
      status: reasons.isEmpty ? .ok : .serviceUnavailable,
      body: JSONValue.object([
        "status": .string(reasons.isEmpty ? "ready" : "not-ready"), "reasons": Self.list(reasons),
        "concerns": Self.list(concerns),
      ]).serialized())
  }

  private static func problem(
    _ status: HTTPStatus, _ name: String, _ detail: String
  ) -> Response {
    Answer(
      status: HTTPResponse.Status(code: status.code), type: Problem.mediaType,
      body: Problem(
        type: "https://gatehouse.dev/problems/http/\(name)", title: status.reasonPhrase,
        status: status, detail: detail
      ).body()
    ).response(isHead: false)
  }
}

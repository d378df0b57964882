import ControlPlaneAPI
import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// One answer of an endpoint.
struct Reply: Sendable {
  var status: HTTPResponse.Status
  var fields: HTTPFields = [:]
  var body: [UInt8] = []

  init(_ status: HTTPResponse.Status, type: String, body: [UInt8]) {
    self.status = status
    self.fields[.contentType] = type
    self.body = body
  }

  /// An answer without content.
  init(_ status: HTTPResponse.Status) {
    self.status = status
  }

  static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Reply {
    Reply(status, type: MediaType.json, body: value.serialized())
  }

  static func problem(_ problem: ProblemDetails) -> Reply {
    Reply(
      HTTPResponse.Status(code: problem.status), type: MediaType.problem,
      body: problem.json.serialized())
  }

  /// - Parameter isHead: whether the request was HEAD, whose answer has everything but the body.
  func response(isHead: Bool) -> Response {
    var fields = self.fields
    fields[.xContentTypeOptions] = "nosniff"
    fields[.contentLength] = self.status.code == 204 ? nil : String(self.body.count)
    guard !isHead, !self.body.isEmpty else {
      return Response(status: self.status, headers: fields)
    }
    return Response(
      status: self.status, headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: self.body)))
  }
}

/// Ends the handling of a request with a problem.
struct Refusal: Error {
  var problem: ProblemDetails
  var fields: HTTPFields = [:]
  /// What failed here and belongs into the server's own log.
  var cause: (any Error)?

  init(
    _ problem: ProblemDetails, fields: HTTPFields = [:], cause: (any Error)? = nil
  ) {
    self.problem = problem
    self.fields = fields
    self.cause = cause
  }

  var reply: Reply {
    var reply = Reply.problem(self.problem)
    for field in self.fields { reply.fields.append(field) }
    return reply
  }
}

extension Refusal {
  static let notFound = Refusal(
    ProblemDetails(
      "http/not-found", title: "Not found", status: 404, detail: "nothing is served at this path"))

  static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Refusal {
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    return Refusal(
      ProblemDetails(
        "http/method-not-allowed", title: "Method not allowed", status: 405,
        detail: "this path serves \(names)"),
      fields: [.allow: names])
  }

  static func tooLarge(_ limit: Int) -> Refusal {
    Refusal(
      ProblemDetails(
        "http/content-too-large", title: "Content too large", status: 413,
        detail: "the body has at most \(limit) bytes"),
      fields: [.connection: "close"])
  }

  static func unsupportedMediaType(_ expected: String) -> Refusal {
    Refusal(
      ProblemDetails(
        "http/unsupported-media-type", title: "Unsupported media type", status: 415,
        detail: "the body is \(expected)"),
      fields: [.accept: expected])
  }

  static func malformed(_ detail: String) -> Refusal {
    Refusal(
      ProblemDetails("http/malformed", title: "Malformed request", status: 400, detail: detail))
  }

  static let failed = Refusal(
    ProblemDetails(
      "http/failed", title: "Internal error", status: 500,
      detail: "the server could not do it; its log says why"))
}

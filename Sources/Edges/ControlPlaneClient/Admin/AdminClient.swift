package import AsyncHTTPClient
package import ControlPlaneAPI
import NIOCore
import NIOHTTP1
package import StrictJSON

/// The admin interface of a control plane on this machine, over its Unix socket.
package struct AdminClient: Sendable {
  private let socketPath: String
  private let http: HTTPClient

  /// What Linux's `sockaddr_un` holds beside its final zero.
  private static let maximumPathLength = 107
  /// A revocation and a trace wait for gateways.
  private static let patience = TimeAmount.seconds(60)

  /// - Throws: `RequestFailure` for a path that cannot be a socket's.
  package init(socketPath: String, http: HTTPClient) throws {
    guard socketPath.utf8.count <= Self.maximumPathLength, socketPath.hasPrefix("/") else {
      throw RequestFailure(
        "the admin socket's path must be absolute and at most \(Self.maximumPathLength) bytes: "
          + socketPath)
    }
    self.socketPath = socketPath
    self.http = http
  }

  /// Applies manifests and policies, all or nothing.
  package func apply(_ change: ChangeMessage) async throws -> ChangeReply {
    try ChangeReply(json: try await self.send(.POST, AdminPath.apply, change.json))
  }

  package func records(kind: String) async throws -> [RecordReply] {
    try RecordReply.list(json: try await self.send(.GET, AdminPath.records(kind: kind)))
  }

  package func record(kind: String, name: String) async throws -> RecordReply {
    try RecordReply(json: try await self.send(.GET, AdminPath.records(kind: kind, name: name)))
  }

  package func delete(kind: String, name: String) async throws -> ChangeReply {
    try ChangeReply(json: try await self.send(.DELETE, AdminPath.records(kind: kind, name: name)))
  }

  package func revoke(_ message: RevocationMessage) async throws -> RevocationReply {
    try RevocationReply(json: try await self.send(.POST, AdminPath.revocations, message.json))
  }

  package func restore(_ message: RestorationMessage) async throws -> ChangeReply {
    try ChangeReply(json: try await self.send(.POST, AdminPath.restorations, message.json))
  }

  /// The story that a request id, trace id, `jti`, serial or digest leads to.
  package func trace(_ query: String) async throws -> JSONObject {
    try await self.object(.GET, AdminPath.trace(query))
  }

  package func report(_ posture: PostureMessage) async throws -> ChangeReply {
    try ChangeReply(json: try await self.send(.POST, AdminPath.posture, posture.json))
  }

  /// The Cedar schema of the installation.
  package func policySchema() async throws -> String {
    let object = try await self.object(.GET, AdminPath.policySchema)
    guard let text = object["schema"]?.stringValue else {
      throw self.failure(MalformedMessage("`schema` is missing"))
    }
    return text
  }

  /// Why a request or a credential was granted or refused.
  package func policyExplanation(_ query: String) async throws -> JSONObject {
    try await self.object(.GET, AdminPath.policyExplanation(query))
  }

  /// One page of recorded decisions, decided again.
  package func replay(_ message: ReplayMessage) async throws -> JSONObject {
    try await self.object(.POST, AdminPath.policyReplays, message.json)
  }

  /// - Parameter path: One of the questions about policies that take a `ReviewMessage`.
  package func review(_ path: String, _ message: ReviewMessage) async throws -> JSONObject {
    try await self.object(.POST, path, message.json)
  }

  package func status() async throws -> JSONObject {
    try await self.object(.GET, AdminPath.status)
  }

  /// Brings every event that happened so far into the logs.
  package func flush() async throws {
    _ = try await self.send(.POST, AdminPath.flush)
  }

  private func object(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil
  ) async throws -> JSONObject {
    guard let object = try await self.send(method, path, body).objectValue else {
      throw self.failure(MalformedMessage("expected a JSON object"))
    }
    return object
  }

  private func send(
    _ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil
  ) async throws -> JSONValue {
    do {
      var request = HTTPClientRequest(
        url: "http+unix://\(PathSegment.encode(self.socketPath))\(path)")
      request.method = method
      if let body {
        request.headers.add(name: "content-type", value: MediaType.json)
        request.body = .bytes(ByteBuffer(bytes: body.serialized()))
      }
      let response = try await self.http.execute(request, timeout: Self.patience)
      let bytes = try await response.body.collect(upTo: MessageLimits.replyBytes)
      return try self.read(Array(bytes.readableBytesView), status: response.status)
    } catch {
      throw self.failure(error)
    }
  }

  private func read(_ bytes: [UInt8], status: HTTPResponseStatus) throws -> JSONValue {
    if status == .noContent { return .null }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes, limits: MessageLimits.reply)
    } catch {
      throw MalformedMessage("status \(status.code), and no JSON that can be read")
    }
    guard status == .ok else {
      let problem = try ProblemDetails(json: json)
      throw RequestFailure(
        problem.detail.isEmpty ? problem.title : problem.detail, problem: problem)
    }
    return json
  }

  private func failure(_ error: any Error) -> RequestFailure {
    RequestFailure(
      error, reaching: "the admin socket at \(self.socketPath)",
      advice: "is `gatehouse dev` running?")
  }
}

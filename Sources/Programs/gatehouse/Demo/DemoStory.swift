import AsyncHTTPClient
import Credentials
import Crypto
import Foundation
import JOSE
import NIOCore
import NIOHTTP1
import StrictJSON

/// What the demo does and shows, once everything runs.
struct DemoStory: Sendable {
  let stage: DemoStage
  let environment: DevEnvironment

  func tell() async throws {
    try self.introduce()
    let token = try await self.token(scopes: ["orders:read", "orders:write"])
    let requestID = try await self.allowed(token)
    try await self.refused(token)
    try await self.revoke(token)
    try await self.trace(requestID)
  }

  private func introduce() throws {
    self.heading("Everything runs on this machine")
    self.line("control plane", try self.value("GATEHOUSE_URL"))
    self.line("gateway", try self.value("GATEHOUSE_GATEWAY_URL"))
    self.line("trust domain", try self.value("GATEHOUSE_TRUST_DOMAIN"))
  }

  /// A process of its own is attested and exchanges its identity for a token.
  private func token(scopes: [String]) async throws -> String {
    self.heading("A process proves what it is and gets a token for one service")
    let result = try await self.fetch(DemoManifests.audience, scopes: scopes)
    let claims = try JWTClaims(payload: UnverifiedJWS(compact: result.line).unverifiedPayload)
    self.line("process", "\(result.processID), attested by the kernel")
    self.line("SPIFFE ID", claims.subject ?? "")
    self.line("audience", claims.audience.joined(separator: " "))
    self.line("scope", claims["scope"]?.stringValue ?? "")
    self.line("lives for", "\((claims.expiresAt ?? 0) - (claims.issuedAt ?? 0)) seconds")
    return result.line
  }

  private func allowed(_ token: String) async throws -> String {
    self.heading("Requests through the gateway")
    let answer = try await self.send("GET", "/orders", token: token)
    try self.expect(200, answer, "with its token")
    return answer.requestID
  }

  private func refused(_ token: String) async throws {
    try self.expect(401, try await self.send("GET", "/orders", token: nil), "without a token")
    let short = try await self.fetch(DemoManifests.shortAudience, scopes: ["orders:read"]).line
    try await self.waitForExpiry(of: short)
    try self.expect(
      401, try await self.send("GET", "/orders", token: short, host: DemoManifests.shortHost),
      "with an expired token")
    try self.expect(
      401, try await self.send("GET", "/orders", token: try Self.forged(token)),
      "with a forged signature")
    let narrow = try await self.fetch(DemoManifests.audience, scopes: ["orders:read"]).line
    try self.expect(
      403, try await self.send("DELETE", "/orders/1", token: narrow), "without the scope")
    try self.expect(
      403, try await self.send("DELETE", "/orders/settled-1", token: token), "against a policy")
    try self.expect(
      404, try await self.send("GET", "/invoices", token: token),
      "for an operation that the contract does not have")
  }

  private func revoke(_ token: String) async throws {
    self.heading("The workload is revoked")
    let id = "spiffe://\(try self.value("GATEHOUSE_TRUST_DOMAIN"))/shop/checkout"
    let result = try await self.command([
      "revoke", "--workload", id, "--reason", "the demo shows it",
    ]).required("`gatehouse revoke`")
    self.line("revoked", id)
    for line in result.line.split(separator: "\n") { self.line("", String(line)) }
    try self.expect(
      401, try await self.send("GET", "/orders", token: token), "with the same token as before")
  }

  private func trace(_ requestID: String) async throws {
    self.heading("The story of the allowed request: gatehouse trace \(requestID)")
    let json = try await self.command(["trace", requestID, "-o", "json"]).required("`trace`")
    try Self.check(try JSONValue(parsing: Array(json.output.utf8)))
    let text = try await self.command(["trace", requestID]).required("`gatehouse trace`")
    for line in text.line.split(separator: "\n", omittingEmptySubsequences: false) {
      Terminal.write("  \(line)")
    }
  }

  /// The two layers must have seen the same credential: equal digests, one request, answered 200.
  private static func check(_ trace: JSONValue) throws {
    let credential = trace.objectValue?["credential"]?.objectValue
    let request = trace.objectValue?["requests"]?.arrayValue?.first?.objectValue
    guard let digest = credential?["digest"]?.stringValue, !digest.isEmpty,
      credential?["issued"]?.boolValue == true,
      request?["credentialDigest"]?.stringValue == digest,
      request?["status"]?.integerValue == 200,
      trace.objectValue?["revocation"]?.objectValue != nil
    else { throw CommandFailure("the trace does not tell the whole story") }
  }

  private func fetch(_ audience: String, scopes: [String]) async throws -> CommandResult {
    try await self.command(["token", "--audience", audience] + scopes.flatMap { ["--scope", $0] })
      .required("`gatehouse token`")
  }

  private func command(_ arguments: [String]) async throws -> CommandResult {
    try await self.stage.command(arguments, environment: self.environment)
  }

  private func value(_ name: String) throws -> String {
    guard let value = self.environment.values[name] else {
      throw CommandFailure("dev.env lacks \(name)")
    }
    return value
  }

  private func waitForExpiry(of token: String) async throws {
    let claims = try JWTClaims(payload: UnverifiedJWS(compact: token).unverifiedPayload)
    let end = claims.expiresAt ?? 0
    while SystemClock().now().seconds <= end { try await Task.sleep(for: .milliseconds(50)) }
  }

  /// The same header and claims, signed by a key that is not the issuer's.
  private static func forged(_ token: String) throws -> String {
    let real = try UnverifiedJWS(compact: token)
    let signer = ES256Signer(
      key: P256.Signing.PrivateKey(compactRepresentable: false),
      keyID: real.header.keyID ?? "")
    return try JWSSigning.sign(
      payload: real.unverifiedPayload, type: real.header.type, signer: signer
    ).compact
  }

  struct Answer: Sendable {
    let request: String
    let status: Int
    let reason: String
    let requestID: String
  }

  private func send(
    _ method: String, _ path: String, token: String?, host: String = DemoManifests.host
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "\(try self.value("GATEHOUSE_GATEWAY_URL"))\(path)")
    request.method = .init(rawValue: method)
    request.headers.add(name: "Host", value: host)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    let body = try await response.body.collect(upTo: 1 << 16)
    let problem = try? JSONValue(parsing: Array(body.readableBytesView)).objectValue
    return Answer(
      request: "\(method) \(path)", status: Int(response.status.code),
      reason: problem?["type"]?.stringValue.map(Self.shortened) ?? "",
      requestID: response.headers.first(name: "x-request-id") ?? "")
  }

  private static func shortened(_ type: String) -> String {
    type.split(separator: "/").suffix(2).joined(separator: "/")
  }

  private func expect(_ status: Int, _ answer: Answer, _ how: String) throws {
    let reason = answer.reason.isEmpty ? "" : "  [\(answer.reason)]"
    Terminal.write("  \(answer.status)  \(answer.request) \(how)\(reason)")
    guard answer.status == status else {
      throw CommandFailure("expected \(status) for \(answer.request) \(how), got \(answer.status)")
    }
  }

  private func heading(_ text: String) {
    Terminal.write("\n\(text)")
  }

  private func line(_ name: String, _ value: String) {
    Terminal.write("  \(name)\(String(repeating: " ", count: max(1, 15 - name.count)))\(value)")
  }
}

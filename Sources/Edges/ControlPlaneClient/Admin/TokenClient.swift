package import AsyncHTTPClient
import ControlPlaneAPI
package import Credentials
import NIOCore
import NIOHTTP1
import StrictJSON

/// What is asked of the token endpoint (RFC 8693).
package struct TokenExchange: Sendable {
  /// A JWT-SVID whose only audience is the issuer.
  package var subjectToken: Redacted<String>
  package var audience: String
  package var scopes: [String]
  /// Makes a DPoP proof for the request (RFC 9449), which binds the token to the proof's key.
  package var proof: Proof?

  /// - Parameters:
  ///   - url: the URL that the request goes to.
  ///   - nonce: what the server wants to find in the proof, if anything.
  package typealias Proof =
    @Sendable (_ method: String, _ url: String, _ nonce: String?) throws -> String

  package init(
    subjectToken: Redacted<String>, audience: String, scopes: [String], proof: Proof? = nil
  ) {
    self.subjectToken = subjectToken
    self.audience = audience
    self.scopes = scopes
    self.proof = proof
  }
}

/// An access token as the token endpoint gave it.
package struct IssuedToken: Sendable {
  package let token: Redacted<String>
  /// Seconds.
  package let expiresIn: Int64
  package let scope: String
}

/// The token endpoint of a control plane.
package struct TokenClient: Sendable {
  private let base: String
  private let http: HTTPClient

  private static let replyBytes = 256 * 1024
  private static let patience = TimeAmount.seconds(30)

  /// - Throws: `RequestFailure` for a URL that a token must not be sent to.
  package init(baseURL: String, http: HTTPClient) throws {
    guard Self.isSafe(baseURL) else {
      throw RequestFailure(
        "the server's URL must be https, or http on this machine, without user, query and fragment")
    }
    self.base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.http = http
  }

  /// Exchanges a JWT-SVID for an access token.
  package func exchange(_ exchange: TokenExchange) async throws -> IssuedToken {
    do {
      var answer = try await self.send(exchange, nonce: nil)
      // Once: a server that is not content with its own nonce never will be.
      if exchange.proof != nil, answer.error == "use_dpop_nonce", let nonce = answer.nonce {
        answer = try await self.send(exchange, nonce: nonce)
      }
      return try Self.read(answer, isBound: exchange.proof != nil)
    } catch {
      throw RequestFailure(
        error, reaching: "the token endpoint at \(self.base)",
        advice: "is `gatehouse dev` running, and is GATEHOUSE_URL its URL?")
    }
  }

  /// What the endpoint answered.
  private struct Answer {
    let status: UInt
    let reply: JSONObject?
    /// The value of the field `DPoP-Nonce`.
    let nonce: String?

    var error: String? { self.reply?["error"]?.stringValue }
  }

  private func send(_ exchange: TokenExchange, nonce: String?) async throws -> Answer {
    let url = self.base + PublicPath.token
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: MediaType.form)
    if let proof = exchange.proof {
      request.headers.add(name: "dpop", value: try proof("POST", url, nonce))
    }
    request.body = .bytes(ByteBuffer(string: Self.form(exchange)))
    let response = try await self.http.execute(request, timeout: Self.patience)
    let body = try await response.body.collect(upTo: Self.replyBytes)
    return Answer(
      status: response.status.code,
      reply: (try? JSONValue(parsing: Array(body.readableBytesView)))?.objectValue,
      nonce: response.headers.first(name: "dpop-nonce"))
  }

  private static func form(_ exchange: TokenExchange) -> String {
    var fields = [
      ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
      ("subject_token", exchange.subjectToken.reveal()),
      ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
      ("audience", exchange.audience),
    ]
    if !exchange.scopes.isEmpty {
      fields.append(("scope", exchange.scopes.joined(separator: " ")))
    }
    return fields.map { "\($0.0)=\(PathSegment.encode($0.1))" }.joined(separator: "&")
  }

  private static func read(_ answer: Answer, isBound: Bool) throws -> IssuedToken {
    guard let reply = answer.reply else {
      throw MalformedMessage("status \(answer.status), and no JSON that can be read")
    }
    if let code = answer.error {
      let detail = reply["error_description"]?.stringValue.map { ": \($0)" } ?? ""
      throw RequestFailure("the token endpoint refused: \(code)\(detail)")
    }
    guard answer.status == 200, let token = reply["access_token"]?.stringValue, !token.isEmpty
    else {
      throw MalformedMessage("status \(answer.status) without an access token")
    }
    let type = reply["token_type"]?.stringValue?.lowercased() ?? ""
    guard !isBound || type == "dpop" else {
      throw RequestFailure("the token endpoint took the DPoP proof and did not bind the token to it")
    }
    return IssuedToken(
      token: Redacted(token), expiresIn: reply["expires_in"]?.integerValue ?? 0,
      scope: reply["scope"]?.stringValue ?? "")
  }

  /// The subject token travels in the body, so only TLS or this machine will do.
  private static func isSafe(_ url: String) -> Bool {
    guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !url.utf8.contains(where: { "@?#\\".utf8.contains($0) })
    else { return false }
    if url.hasPrefix("https://") { return url.utf8.count > 8 }
    guard url.hasPrefix("http://") else { return false }
    let authority = url.dropFirst(7).prefix { $0 != "/" }
    if authority.hasPrefix("[::1]") { return true }
    let host = authority.prefix { $0 != ":" }
    return host == "localhost" || Self.isLoopback(host)
  }

  /// Four decimal numbers of which the first is 127.
  private static func isLoopback(_ host: Substring) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

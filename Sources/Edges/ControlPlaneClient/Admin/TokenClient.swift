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

  package init(subjectToken: Redacted<String>, audience: String, scopes: [String]) {
    self.subjectToken = subjectToken
    self.audience = audience
    self.scopes = scopes
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
      var request = HTTPClientRequest(url: self.base + PublicPath.token)
      request.method = .POST
      request.headers.add(name: "content-type", value: MediaType.form)
      request.body = .bytes(ByteBuffer(string: Self.form(exchange)))
      let response = try await self.http.execute(request, timeout: Self.patience)
      let body = try await response.body.collect(upTo: Self.replyBytes)
      return try Self.read(Array(body.readableBytesView), status: response.status.code)
    } catch {
      throw RequestFailure(
        error, reaching: "the token endpoint at \(self.base)",
        advice: "is `gatehouse dev` running, and is GATEHOUSE_URL its URL?")
    }
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

  private static func read(_ bytes: [UInt8], status: UInt) throws -> IssuedToken {
    guard let reply = (try? JSONValue(parsing: bytes))?.objectValue else {
      throw MalformedMessage("status \(status), and no JSON that can be read")
    }
    if let code = reply["error"]?.stringValue {
      let detail = reply["error_description"]?.stringValue.map { ": \($0)" } ?? ""
      throw RequestFailure("the token endpoint refused: \(code)\(detail)")
    }
    guard status == 200, let token = reply["access_token"]?.stringValue, !token.isEmpty else {
      throw MalformedMessage("status \(status) without an access token")
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

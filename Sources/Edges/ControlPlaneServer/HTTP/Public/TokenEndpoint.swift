import ControlPlane
import ControlPlaneAPI
import HTTPTypes
import HummingbirdCore
import OAuth
import SVIDTransport
import StrictJSON

/// The token endpoint (RFC 6749 section 3.2, RFC 8693). Errors are OAuth's, not problem details.
///
/// Nobody authenticates as an OAuth client: the subject token says who asks, and an `Authorization`
/// field changes nothing. What the sender proves besides, by DPoP or a client certificate, binds the
/// token to him.
struct TokenEndpoint: Sendable {
  let tokens: any TokenIssuing
  let counters: RequestCounters
  /// The URI of this endpoint as clients know it; `nil` for the one that the issuer names.
  let uri: DPoPTargetURI?

  private static let bodyBytes = 64 * 1024

  func answer(_ exchange: Exchange) async throws -> Reply {
    do throws(OAuthError) {
      let request = try await self.request(exchange)
      let sender = try await self.sender(exchange)
      let response = try await self.tokens.exchange(request, from: sender)
      self.counters.countToken(outcome: "issued")
      return self.reply(.json(.object(response.json)))
    } catch {
      self.counters.countToken(outcome: error.code.rawValue)
      return self.reply(
        .json(error.json, status: HTTPResponse.Status(code: error.httpStatus)))
    }
  }

  /// Each field line counts: two proofs are one too many, whatever they hold.
  private func sender(_ exchange: Exchange) async throws(OAuthError) -> TokenSender {
    do {
      return TokenSender(
        proofs: exchange.request.headers.values(of: "DPoP"),
        certificates: try await MutualTLS.peerChain(of: exchange.channel), endpoint: self.uri)
    } catch {
      throw OAuthError(.invalidRequest, "the client certificate cannot be read")
    }
  }

  private func request(_ exchange: Exchange) async throws(OAuthError) -> TokenExchangeRequest {
    guard exchange.query == nil else {
      throw OAuthError(.invalidRequest, "parameters belong in the body, never in the URL")
    }
    let body: [UInt8]
    do {
      try exchange.expect(MediaType.form)
      body = try await exchange.body(upTo: Self.bodyBytes)
    } catch let refusal as Refusal {
      throw OAuthError(.invalidRequest, refusal.problem.detail)
    } catch {
      throw OAuthError(.invalidRequest, "the body ended too early")
    }
    return try TokenExchangeRequest(decoding: body)
  }

  /// RFC 6749 section 5.1 asks for the field; `Pragma` is only for HTTP/1.0.
  private func reply(_ reply: Reply) -> Reply {
    var reply = reply
    reply.fields[.cacheControl] = "no-store"
    reply.fields.set("DPoP-Nonce", to: self.tokens.proofNonce())
    return reply
  }
}

extension HTTPFields {
  /// The values of all field lines with this name, in order.
  fileprivate func values(of name: String) -> [String] {
    HTTPField.Name(name).map { self[values: $0] } ?? []
  }

  fileprivate mutating func set(_ name: String, to value: String?) {
    if let name = HTTPField.Name(name) { self[name] = value }
  }
}

import ControlPlane
import ControlPlaneAPI
import HTTPTypes
import OAuth
import StrictJSON

/// The token endpoint (RFC 6749 section 3.2, RFC 8693). Errors are OAuth's, not problem details.
///
/// Nobody authenticates as an OAuth client: the subject token is the whole proof, and an
/// `Authorization` field changes nothing.
struct TokenEndpoint: Sendable {
  let tokens: any TokenIssuing
  let counters: RequestCounters

  private static let bodyBytes = 64 * 1024

  func answer(_ exchange: Exchange) async throws -> Reply {
    do throws(OAuthError) {
      let response = try await self.tokens.exchange(try await self.request(exchange))
      self.counters.countToken(outcome: "issued")
      return Self.reply(.json(.object(response.json)))
    } catch {
      self.counters.countToken(outcome: error.code.rawValue)
      return Self.reply(
        .json(error.json, status: HTTPResponse.Status(code: error.httpStatus)))
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
  private static func reply(_ reply: Reply) -> Reply {
    var reply = reply
    reply.fields[.cacheControl] = "no-store"
    return reply
  }
}

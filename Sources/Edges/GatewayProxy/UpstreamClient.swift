import AsyncHTTPClient
import Gateway
import HTTPMessages
import Inspection
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends permitted requests on.
struct UpstreamClient: Sendable {
  private let client: HTTPClient

  init(_ configuration: ProxyConfiguration.Upstream, group: any EventLoopGroup) {
    var settings = HTTPClient.Configuration()
    settings.httpVersion = .http1Only
    settings.redirectConfiguration = .disallow
    settings.decompression = .disabled
    settings.timeout = .init(
      connect: configuration.connectTimeout, read: configuration.idleTimeout)
    settings.connectionPool.idleTimeout = configuration.poolIdleTimeout
    settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.connections
    settings.connectionPool.retryConnectionEstablishment = false
    self.client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: settings)
  }

  /// Whether the target reaches the service byte for byte as it was inspected. The client writes some
  /// bytes, which many senders leave as they are, in another way.
  static func keeps(_ target: RequestTarget) -> Bool {
    target.query?.utf8.contains { Self.rewritten.contains($0) } != true
  }

  private static let rewritten = Array("[]{}|^`".utf8)

  func shutdown() async throws { try await self.client.shutdown() }

  /// Returns with the response's head; its content follows.
  /// - Throws: `Refusal` in place of the response.
  func send(
    _ permit: Permit, head: RequestHead, fields: ForwardedFields, body: Rendezvous<ByteBuffer>
  ) async throws(Refusal) -> HTTPClientResponse {
    let forwarding = permit.service.forwarding
    guard let origin = forwarding.upstream.origins.first else { throw .unreachable }
    var request = HTTPClientRequest(
      url: "\(forwarding.upstream.scheme)://\(origin)\(head.target.originForm)")
    request.method = NIOHTTP1.HTTPMethod(rawValue: head.method.rawValue)
    // A value that is not UTF-8 cannot be passed on as it was, so it stays behind.
    request.headers = HTTPHeaders(
      fields.fields.compactMap { field in field.text.map { (field.name, $0) } })
    switch head.framing {
    case .none, .untilClose: break
    case .contentLength(let count):
      request.body = .stream(PipedBody(pipe: body), length: .known(Int64(clamping: count)))
    case .chunked: request.body = .stream(PipedBody(pipe: body), length: .unknown)
    }
    let seconds = forwarding.responseTimeout
    do {
      return try await self.client.execute(request, deadline: .now() + .seconds(seconds))
    } catch {
      throw Self.refusal(for: error)
    }
  }

  private static func refusal(for error: any Error) -> Refusal {
    if let fault = error as? BodyFault { return fault.refusal }
    if error is NIOConnectionError || error is IOError { return .unreachable }
    guard let error = error as? HTTPClientError else { return .broken }
    switch error {
    case .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout: return .timeout
    case .getConnectionFromPoolTimeout: return .noCapacity
    default: return .broken
    }
  }
}

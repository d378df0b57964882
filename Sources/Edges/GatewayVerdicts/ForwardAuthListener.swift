import Gateway
import HTTPMessages
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Inspection
package import Logging
package import NIOCore
import ServiceLifecycle

/// The verdict as the answer to an HTTP subrequest, for NGINX's `auth_request`, Traefik's ForwardAuth
/// and whatever else asks the same way: 200 with the caller's identity, or the refusal.
package struct ForwardAuthListener: Service {
  /// Where proxies ask.
  package static let path = "/v1/verdict"

  private let host: String
  private let port: Int
  private let responder: VerdictResponder
  private let group: any EventLoopGroup
  private let logger: Logger
  private let onListening: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 for any free one.
  ///   - onListening: called once with the port when connections are accepted.
  package init(
    host: String, port: Int, dialect: ForwardAuthDialect, desk: VerdictDesk,
    eventLoopGroup: any EventLoopGroup, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    self.responder = VerdictResponder(desk: desk, dialect: dialect)
    self.group = eventLoopGroup
    self.logger = logger
    self.onListening = onListening
  }

  package func run() async throws {
    let application = Application(
      responder: self.responder,
      server: .http1(
        configuration: .init(
          idleTimeout: .seconds(60),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 32 * 1024, maxHeaderListSize: 64 * 1024, maxHeaderFieldCount: 128))),
      configuration: ApplicationConfiguration(
        address: .hostname(self.host, port: self.port),
        availableConnectionsDelegate: MaximumAvailableConnections(4096)),
      onServerRunning: { [port, onListening] channel in
        await onListening(channel.localAddress?.port ?? port)
      }, eventLoopGroupProvider: .shared(self.group), logger: self.logger)
    try await application.run()
  }
}

struct VerdictContext: InitializableFromSource, Sendable {
  let peer: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    self.peer = source.channel.remoteAddress
  }
}

struct VerdictResponder: HTTPResponder {
  typealias Context = VerdictContext

  let desk: VerdictDesk
  let dialect: ForwardAuthDialect

  func respond(to request: Request, context: VerdictContext) async throws -> Response {
    guard (request.head.path ?? "").prefix(while: { $0 != "?" }) == ForwardAuthListener.path else {
      return Self.text(.notFound, "verdicts are given at \(ForwardAuthListener.path)")
    }
    do {
      let (original, bodyIsKnown) = try self.dialect.original(request.head, peer: context.peer)
      let verdict = self.desk.verdict(
        on: original, bodyIsKnown: bodyIsKnown, counter: .verdictsForwardAuth)
      return self.response(verdict)
    } catch {
      // No proxy that is configured for this dialect asks like this: nobody is let through by it.
      return Self.text(
        .internalServerError,
        "the field \(error.field) has to be there once; see docs/verdicts.md for the proxy's part")
    }
  }

  private func response(_ verdict: Verdict) -> Response {
    switch verdict.outcome {
    case .allowed:
      var fields = Self.fields(verdict.identity + [("cache-control", "no-store")])
      if !verdict.unchecked.isEmpty {
        Self.set(&fields, Verdict.FieldName.unchecked, verdict.unchecked.joined(separator: ", "))
      }
      fields[.contentLength] = "0"
      return Response(status: .ok, headers: fields)
    case .refused(let refusal):
      let body = refusal.problem(requestID: verdict.requestID).body()
      var fields = Self.fields(Verdict.fields(refusal, requestID: verdict.requestID))
      Self.set(&fields, Verdict.FieldName.status, String(refusal.status.code))
      fields[.contentLength] = String(body.count)
      return Response(
        status: self.status(refusal.status.code), headers: fields,
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
  }

  /// NGINX knows 401 and 403 as refusals and takes every other status for a failure of the one it
  /// asks, so that there other refusals are 403; the status that was meant is in a field of its own.
  private func status(_ code: Int) -> HTTPResponse.Status {
    guard self.dialect == .original, (400..<500).contains(code), code != 401 else {
      return HTTPResponse.Status(code: code)
    }
    return .forbidden
  }

  private static func fields(_ lines: [(name: String, value: String)]) -> HTTPTypes.HTTPFields {
    var fields = HTTPTypes.HTTPFields()
    for (name, value) in lines { Self.set(&fields, name, value) }
    return fields
  }

  private static func set(
    _ fields: inout HTTPTypes.HTTPFields, _ name: String, _ value: String
  ) {
    guard let name = HTTPTypes.HTTPField.Name(name) else { return }
    fields.append(HTTPTypes.HTTPField(name: name, value: value))
  }

  private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
  }
}

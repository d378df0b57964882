import ControlPlaneAPI
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The connection behind a request.
struct ConnectionContext: InitializableFromSource, Sendable {
  let channel: any Channel
  let logger: Logger

  init(source: ApplicationRequestContextSource) {
    self.channel = source.channel
    self.logger = source.logger
  }
}

/// Finds the endpoint of a request and turns whatever it does into a response.
struct EndpointResponder: HTTPResponder {
  typealias Context = ConnectionContext

  let endpoints: [Endpoint]
  let counters: RequestCounters

  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    let (label, reply) = try await self.answer(request, context)
    self.counters.count(method: request.method, path: label, status: reply.status.code)
    return reply.response(isHead: request.method == .head)
  }

  private func answer(
    _ request: Request, _ context: ConnectionContext
  ) async throws -> (label: String, Reply) {
    let target = (request.head.path ?? "").split(
      separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = target.first, path.hasPrefix("/") else {
      return ("other", Refusal.malformed("the target of the request is a path").reply)
    }
    switch self.find(request.method, path) {
    case .absent: return ("other", Refusal.notFound.reply)
    case .otherMethods(let allowed): return ("other", Refusal.methodNotAllowed(allowed).reply)
    case .found(let endpoint, let parameters):
      let exchange = Exchange(
        request: request, channel: context.channel, parameters: parameters,
        query: target.count > 1 ? target[1] : nil)
      return (endpoint.pattern.text, try await self.run(endpoint, exchange, context.logger))
    }
  }

  private func run(
    _ endpoint: Endpoint, _ exchange: Exchange, _ logger: Logger
  ) async throws -> Reply {
    do {
      return try await endpoint.answer(exchange)
    } catch let refusal as Refusal {
      if let cause = refusal.cause { self.log(cause, endpoint, logger) }
      return refusal.reply
    } catch let broken as BrokenConnection {
      throw broken.cause
    } catch {
      self.log(error, endpoint, logger)
      return Refusal.failed.reply
    }
  }

  private func log(_ error: any Error, _ endpoint: Endpoint, _ logger: Logger) {
    logger.error(
      "a request failed",
      metadata: ["path": "\(endpoint.pattern.text)", "error": "\(error)"])
  }

  private enum Match {
    case found(Endpoint, [String])
    case otherMethods([HTTPRequest.Method])
    case absent
  }

  private func find(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
    let wanted = method == .head ? .get : method
    var allowed: [HTTPRequest.Method] = []
    for endpoint in self.endpoints {
      guard let parameters = endpoint.pattern.parameters(of: path) else { continue }
      if endpoint.method == wanted { return .found(endpoint, parameters) }
      allowed.append(endpoint.method)
      if endpoint.method == .get { allowed.append(.head) }
    }
    return allowed.isEmpty ? .absent : .otherMethods(allowed)
  }
}

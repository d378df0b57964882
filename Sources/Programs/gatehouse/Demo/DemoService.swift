import HTTPTypes
import Hummingbird
import Logging

/// The sample service behind the gateway: a real HTTP server with a few orders.
enum DemoService {
  /// Runs the body while the service listens on a free port.
  static func serving(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    var logger = Logger(label: "demo-service")
    logger.logLevel = .critical
    let application = Application(
      router: Self.router(),
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) },
      logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await application.run() }
      group.addTask {
        for await port in ports {
          try await body(port)
          return
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private static func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/orders") { request, _ in
      let subject = HTTPField.Name("Gatehouse-Subject").flatMap { request.headers[$0] } ?? "nobody"
      return "[{\"id\":\"1\",\"for\":\"\(subject)\"}]"
    }
    router.post("/orders") { _, _ in HTTPResponse.Status.created }
    router.delete("/orders/:id") { _, _ in HTTPResponse.Status.noContent }
    return router
  }
}

package import Inspection
package import NIOCore
import NIOPosix

/// Asks an endpoint how it is: one GET on a connection of its own, over TLS where the service is reached
/// over TLS. Nothing is followed, and no content is read.
package struct HealthProbe: Sendable {
  private let group: any EventLoopGroup

  package init(group: any EventLoopGroup) {
    self.group = group
  }

  /// Answers within the check's timeout, or when the task is cancelled.
  package func ask(_ endpoint: Endpoint, _ check: Upstream.HealthCheck) async -> ProbeOutcome {
    let loop = self.group.any()
    let answer = loop.makePromise(of: ProbeOutcome.self)
    let timer = loop.scheduleTask(in: .seconds(check.timeout)) {
      answer.succeed(.failed(.responseTimeout))
    }
    self.connect(endpoint, check, loop, answer)
    let outcome = await withTaskCancellationHandler {
      // The promise only ever succeeds, unless its event loop is gone.
      (try? await answer.futureResult.get()) ?? .failed(.closed)
    } onCancel: {
      answer.succeed(.failed(.closed))
    }
    timer.cancel()
    return outcome
  }

  private func connect(
    _ endpoint: Endpoint, _ check: Upstream.HealthCheck, _ loop: any EventLoop,
    _ answer: EventLoopPromise<ProbeOutcome>
  ) {
    ClientBootstrap(group: loop)
      .connectTimeout(.seconds(check.timeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
          let pipeline = channel.pipeline.syncOperations
          if let tls = try endpoint.makeTLSHandler() { try pipeline.addHandler(tls) }
          try pipeline.addHandler(
            ProbeHandler(request: Self.request(endpoint, check), answer: answer))
        }
      }
      .connect(to: endpoint.address)
      .whenFailure { answer.succeed(.failed(Self.kind($0))) }
  }

  private static func kind(_ error: any Error) -> FailureKind {
    switch error {
    case is UpstreamSecurityError: .handshake
    case ChannelError.connectTimeout: .connectTimeout
    default: .refused
    }
  }

  private static func request(_ endpoint: Endpoint, _ check: Upstream.HealthCheck) -> String {
    """
    GET \(check.path) HTTP/1.1\r
    Host: \(endpoint.authority)\r
    User-Agent: gatehouse-gateway\r
    Accept: */*\r
    Connection: close\r
    \r

    """
  }
}

/// Writes the question and reads the answer's status.
private final class ProbeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let request: String
  private let answer: EventLoopPromise<ProbeOutcome>
  private var reply = ProbeReply()

  init(request: String, answer: EventLoopPromise<ProbeOutcome>) {
    self.request = request
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    let bytes = context.channel.allocator.buffer(string: self.request)
    context.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch self.reply.take(self.unwrapInboundIn(data).readableBytesView) {
    case .needsMore: return
    case .status(let status): self.answer.succeed(.status(status))
    case .malformed: self.answer.succeed(.failed(.malformed))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isTransport = error is IOError || error is ChannelError
    self.answer.succeed(.failed(isTransport ? .closed : .handshake))
  }

  func channelInactive(context: ChannelHandlerContext) {
    self.answer.succeed(.failed(.closed))
    context.fireChannelInactive()
  }
}

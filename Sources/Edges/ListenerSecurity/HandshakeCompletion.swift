import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the TLS handler until the handshake has ended, and hands over what it says.
final class HandshakeCompletion: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let record: HandshakeRecord
  private let tls: NIOSSLServerHandler
  private let watch: HandshakeWatch
  private let onSecured: (any Channel, SecuredConnection) throws -> Void

  init(
    record: HandshakeRecord, tls: NIOSSLServerHandler, watch: HandshakeWatch,
    onSecured: @escaping (any Channel, SecuredConnection) throws -> Void
  ) {
    self.record = record
    self.tls = tls
    self.watch = watch
    self.onSecured = onSecured
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted(let negotiated) = event as? TLSUserEvent else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    do {
      let connection = try self.connection(negotiated: negotiated)
      self.watch.end(.completed)
      try self.onSecured(context.channel, connection)
    } catch {
      self.refuse(context, error)
      return
    }
    let pipeline = context.pipeline.syncOperations
    pipeline.removeHandler(self.watch, promise: nil)
    context.fireUserInboundEventTriggered(event)
    pipeline.removeHandler(context: context, promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.refuse(context, error)
  }

  private func refuse(_ context: ChannelHandlerContext, _ error: any Error) {
    self.watch.end(.failed)
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }

  private func connection(negotiated: String?) throws -> SecuredConnection {
    let facts = self.record.facts
    guard let hosts = facts.hosts else { throw HandshakeFault.unwatched }
    // The library keeps a leaf with a session, and not what came with it.
    guard self.tls.peerCertificate == nil || !facts.clientChain.isEmpty else {
      throw HandshakeFault.resumedWithoutChain
    }
    return SecuredConnection(
      serverName: facts.serverName, hosts: hosts,
      clientCertificate: ClientCertificate(chainDER: facts.clientChain),
      applicationProtocol: negotiated.flatMap(SecuredConnection.ApplicationProtocol.init)
        ?? .http11,
      version: self.tls.tlsVersion)
  }
}

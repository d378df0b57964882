import Glibc
import NIOCore

/// Asks the kernel who is behind a connection to the admin socket, and ends the connection of
/// anybody who may not administer before a byte of it is read.
///
/// The kernel notes the peer's user when the connection is made (unix(7), `SO_PEERCRED`).
final class PeerCredentialHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any

  private let allowed: Set<UInt32>
  /// The user, once known to be allowed.
  private(set) var uid: UInt32?

  init(allowed: Set<UInt32>) {
    self.allowed = allowed
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard let provider = context.channel as? any SocketOptionProvider else {
      return self.refuse(context)
    }
    let credentials: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    credentials.whenComplete { result in
      let (handler, context) = bound.value
      if case .success(let peer) = result, handler.allowed.contains(peer.uid) {
        handler.uid = peer.uid
      } else {
        handler.refuse(context)
      }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard self.uid != nil else { return }
    context.fireChannelRead(data)
  }

  /// In the next turn of the loop, because a channel that closes while it is being set up would
  /// count as a failure of the listening socket.
  private func refuse(_ context: ChannelHandlerContext) {
    let channel = context.channel
    context.eventLoop.execute { channel.close(mode: .all, promise: nil) }
  }
}

/// What the kernel answers to `SO_PEERCRED`: `struct ucred` of unix(7), which Glibc hides from
/// Swift.
private struct PeerCredentials: Sendable {
  let pid: pid_t
  let uid: uid_t
  let gid: gid_t
}

extension Exchange {
  /// The user behind the connection.
  ///
  /// - Throws: when the connection was not vouched for, which cannot be a request's fault.
  func peer() async throws -> UInt32 {
    try await self.channel.eventLoop.submit { [channel] in
      let handler = try channel.pipeline.syncOperations.handler(type: PeerCredentialHandler.self)
      guard let uid = handler.uid else { throw ChannelPipelineError.notFound }
      return uid
    }.get()
  }
}

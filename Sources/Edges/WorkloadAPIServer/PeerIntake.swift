import Glibc
import NIOCore
import NodeAgent

/// Asks the kernel who is at the other end of each accepted connection, and marks each call with the
/// connection that it came by.
struct PeerIntake: Sendable {
  private let agent: NodeAgent
  private let identification: any PeerIdentification
  private let connections: PeerConnections

  init(
    agent: NodeAgent, identification: any PeerIdentification, connections: PeerConnections
  ) {
    self.agent = agent
    self.identification = identification
    self.connections = connections
  }

  /// Runs when a connection is accepted, before anything is read from it.
  func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider else {
      return Self.refuse(channel, PeerIntakeError.noCredentials)
    }
    return Self.credentials(of: socket).flatMap { credentials in
      Self.processDescriptor(of: socket).flatMap { descriptor in
        self.admit(channel, credentials, descriptor)
      }
    }.flatMapError { Self.refuse(channel, $0) }
  }

  /// Runs when a call begins, before anything of it is read.
  func begin(_ stream: any Channel) -> EventLoopFuture<Void> {
    stream.eventLoop.makeCompletedFuture {
      guard let connection = stream.parent else { throw PeerIntakeError.noCredentials }
      let marker = try connection.pipeline.syncOperations.handler(type: ConnectionMarker.self)
      try stream.pipeline.syncOperations.addHandler(
        PeerHeaderHandler(connection: marker.number), position: .first)
    }.flatMapError { Self.refuse(stream, $0) }
  }

  private func admit(
    _ channel: any Channel, _ credentials: SocketCredentials, _ descriptor: ProcessDescriptorAnswer
  ) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      guard let number = self.connections.admit(credentials.uid) else {
        if case .descriptor(let descriptor) = descriptor { _ = Glibc.close(descriptor) }
        throw PeerIntakeError.tooManyConnections
      }
      channel.closeFuture.whenComplete { _ in
        self.connections.close(number, of: credentials.uid)
      }
      self.connections.open(
        PeerConnection(
          number: number, uid: credentials.uid,
          session: self.session(credentials, descriptor, number)))
      try channel.pipeline.syncOperations.addHandler(ConnectionMarker(number: number))
    }
  }

  private func session(
    _ socket: SocketCredentials, _ answer: ProcessDescriptorAnswer, _ number: UInt64
  ) -> PeerSession {
    let credentials = PeerCredentials(pid: socket.pid, uid: socket.uid, gid: socket.gid)
    do throws(AttestationRefusal) {
      let peer = try self.identification.peer(
        credentials, processDescriptor: try answer.descriptor(), connection: number)
      return self.agent.session(for: peer)
    } catch {
      return self.agent.session(for: credentials, connection: number, refusal: error)
    }
  }

  private static func refuse(_ channel: any Channel, _ error: any Error) -> EventLoopFuture<Void> {
    channel.close(promise: nil)
    return channel.eventLoop.makeFailedFuture(error)
  }
}

/// Why a connection is closed before it says anything.
enum PeerIntakeError: Error {
  case noCredentials
  case tooManyConnections
}

/// The layout of `struct ucred` (unix(7)).
private struct SocketCredentials: Sendable {
  var pid: Int32
  var uid: UInt32
  var gid: UInt32
}

/// What the kernel answered when it was asked for a pidfd of the peer.
private enum ProcessDescriptorAnswer: Sendable {
  case descriptor(Int32)
  /// The kernel is older than 6.5.
  case notOffered
  case processEnded

  func descriptor() throws(AttestationRefusal) -> Int32? {
    switch self {
    case .descriptor(let descriptor): return descriptor
    case .notOffered: return nil
    case .processEnded:
      throw AttestationRefusal(
        code: "process-ended", message: "the process that made the connection has ended")
    }
  }
}

extension PeerIntake {
  /// `SO_PEERPIDFD` (asm-generic/socket.h), which the C library does not name yet.
  private static let peerProcessDescriptor: CInt = 77

  private static func credentials(
    of socket: any SocketOptionProvider
  ) -> EventLoopFuture<SocketCredentials> {
    socket.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
  }

  private static func processDescriptor(
    of socket: any SocketOptionProvider
  ) -> EventLoopFuture<ProcessDescriptorAnswer> {
    let answer: EventLoopFuture<CInt> = socket.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: Self.peerProcessDescriptor))
    return answer.map { .descriptor($0) }.flatMapErrorThrowing { error in
      guard let error = error as? IOError, error.errnoCode == ENOPROTOOPT else {
        return .processEnded
      }
      return .notOffered
    }
  }
}

import Glibc
import NIOCore
import Synchronization

/// The sockets of a listener, for whoever wants to end it.
///
/// Connections that the kernel has completed and nobody has accepted are reset with their listening
/// socket, and so are those whose handshake is under way, though another socket listens on the same port.
/// A socket therefore ends in two steps: it takes no further SYN, which clients send again a second
/// later, to whoever listens then; and it closes once those that came before have been accepted.
final class ListeningSockets: Sendable {
  private struct State {
    var sockets: [any Channel] = []
    var isClosed = false
  }

  private let state = Mutex(State())

  func hold(_ sockets: [any Channel]) {
    let isClosed = self.state.withLock { state in
      state.sockets = sockets
      return state.isClosed
    }
    if isClosed { self.close() }
  }

  func close() {
    let sockets = self.state.withLock { state in
      state.isClosed = true
      return state.sockets
    }
    for socket in sockets { socket.eventLoop.execute { Self.retire(socket) } }
  }

  /// How long handshakes under way may take.
  private static let settling = TimeAmount.milliseconds(100)
  private static let pause = TimeAmount.milliseconds(10)
  /// How often a socket is looked at whose connections are not all accepted.
  private static let mostLooks = 50

  private static func retire(_ socket: any Channel) {
    guard socket.isActive, Self.onDescriptor(of: socket, Self.refuseNew) == true else {
      // Other kernels may not know how; then there is nothing to wait for.
      return socket.close(promise: nil)
    }
    socket.eventLoop.scheduleTask(in: Self.settling) { Self.finish(socket, looks: 1) }
  }

  private static func finish(_ socket: any Channel, looks: Int) {
    let waiting = Self.onDescriptor(of: socket, Self.unaccepted) ?? 0
    guard waiting > 0, looks < Self.mostLooks else { return socket.close(promise: nil) }
    socket.eventLoop.scheduleTask(in: Self.pause) { Self.finish(socket, looks: looks + 1) }
  }

  private static func onDescriptor<Answer>(
    of socket: any Channel, _ body: (CInt) -> Answer
  ) -> Answer? {
    try? socket.pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self, body)
  }

  /// A classic BPF program over a TCP header: drops what has SYN and not ACK, and takes all else. What the
  /// program is attached to hands it on to its connections, which it does not concern.
  private static let withoutSYN: [Instruction] = [
    // Load the byte with the flags.
    Instruction(code: 0x30, ifTrue: 0, ifFalse: 0, operand: 13),
    // Keep SYN and ACK.
    Instruction(code: 0x54, ifTrue: 0, ifFalse: 0, operand: 0x12),
    // Is it SYN alone?
    Instruction(code: 0x15, ifTrue: 0, ifFalse: 1, operand: 0x02),
    Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, operand: 0),
    Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, operand: .max),
  ]

  /// `struct sock_filter` of linux/filter.h.
  private struct Instruction {
    let code: UInt16
    let ifTrue: UInt8
    let ifFalse: UInt8
    let operand: UInt32
  }

  /// `struct sock_fprog` of linux/filter.h.
  private struct Program {
    let count: UInt16
    let instructions: UnsafeRawPointer?
  }

  /// - Returns: whether it could be done.
  private static func refuseNew(_ descriptor: CInt) -> Bool {
    Self.withoutSYN.withUnsafeBytes { bytes in
      var program = Program(
        count: UInt16(clamping: Self.withoutSYN.count), instructions: bytes.baseAddress)
      return setsockopt(
        descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program,
        socklen_t(MemoryLayout<Program>.size)) == 0
    }
  }

  /// - Returns: how many connections nobody has accepted.
  private static func unaccepted(_ descriptor: CInt) -> UInt32 {
    var info = tcp_info()
    var size = socklen_t(MemoryLayout<tcp_info>.size)
    guard getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &size) == 0 else { return 0 }
    // Of a socket that listens, this is the length of its queue.
    return info.tcpi_unacked
  }
}

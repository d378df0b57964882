import Glibc
import NIOCore

/// The socket of a channel whose bytes nobody changes, for writing to it without the channel's detour.
struct PlainSocket {
  private static let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)

  private let core: any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>

  init?(of channel: any Channel) {
    guard
      let core = channel._channelCore as? any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>
    else { return nil }
    self.core = core
  }

  /// Sends what the socket takes at once.
  /// - Returns: how many bytes it took; 0 too when the connection is broken, which the channel finds out.
  func send(_ bytes: ByteBuffer) -> Int {
    let sent = try? self.core.withUnsafeTransport { descriptor in
      bytes.withUnsafeReadableBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Self.flags)
      }
    }
    return max(sent ?? 0, 0)
  }
}

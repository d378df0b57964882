import Glibc
import NIOCore

/// The socket of a channel whose bytes nobody changes, for writing to it without the channel's detour.
///
/// Its descriptor is asked for at each write and never kept: once the channel is closed, the number may be
/// somebody else's connection.
struct PlainSocket {
  // What `ChannelPipeline.SynchronousOperations.withUnsafeTransportIfAvailable` finds by a dynamic cast each
  // time, which would cost more than is saved.
  private let core: any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>

  private static let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)

  /// `nil` for a channel without a socket.
  init?(of channel: any Channel) {
    guard
      let core = channel._channelCore as? any NIOTransportAccessibleChannelCore<NIOBSDSocket.Handle>
    else { return nil }
    self.core = core
  }

  /// Sends what the socket takes at once.
  /// - Returns: how many bytes it took; `nil` if the peer has broken the connection off, which the channel has
  ///   to find out for itself.
  func send(_ bytes: ByteBuffer) -> Int? {
    let (sent, error) =
      (try? self.core.withUnsafeTransport { descriptor in
        bytes.withUnsafeReadableBytes {
          (Glibc.send(descriptor, $0.baseAddress, $0.count, Self.flags), errno)
        }
      }) ?? (0, 0)
    if sent < 0, error == ECONNRESET || error == EPIPE { return nil }
    return max(sent, 0)
  }
}

import NIOCore
import NIOHTTP2

/// Stands between a connection's frames and its bytes. Here what is written in one turn of the event loop
/// is put together, it can be seen that the library gives the connection up, and it can be said, past the
/// library, that the connection will end.
final class HTTP2Bytes: ChannelOutboundHandler, GatheringSender {
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  /// Whether the library has said goodbye because of an error.
  private(set) var isBroken = false
  /// Told by how much the connection's window has just been opened.
  var opened: ((Int) -> Void)?
  /// Hands on frames that wait for the end of the turn.
  var frames: (() -> Void)?
  private let queue: FlushQueue
  private var context: ChannelHandlerContext?
  private var gathered: ByteBuffer?
  private var promises: [EventLoopPromise<Void>] = []
  private var isQueued = false
  /// Whether frames are being turned into bytes, which are sent behind that.
  private var isHandingOn = false

  /// Of a GOAWAY frame without debug data, until its last stream: its length, its type, no flags and the
  /// connection's own stream (RFC 9113 sections 4.1 and 6.8).
  private static let start: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0]
  /// Where gathered bytes go on by themselves.
  private static let most = 32_768
  /// From this size on bytes are not copied to leave together with others.
  private static let large = 8192
  private static let room = 2048

  init(queue: FlushQueue) { self.queue = queue }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    (self.context, self.gathered, self.frames, self.opened) = (nil, nil, nil, nil)
    var promises: [EventLoopPromise<Void>] = []
    swap(&promises, &self.promises)
    for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
  }

  // MARK: Writing

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .byteBuffer(let bytes) = self.unwrapOutboundIn(data) else {
      self.pass()
      return context.write(data, promise: promise)
    }
    guard bytes.readableBytes < Self.large else {
      self.pass()
      return context.write(data, promise: promise)
    }
    self.gather(bytes)
    if let promise { self.promises.append(promise) }
  }

  private func gather(_ bytes: ByteBuffer) {
    if let count = self.gathered?.readableBytes, count + bytes.readableBytes > Self.most {
      self.pass()
    }
    var gathered = self.gathered.take() ?? ByteBufferAllocator().buffer(capacity: Self.room)
    gathered.writeImmutableBuffer(bytes)
    self.gathered = gathered
  }

  private func pass() {
    guard let context = self.context, let gathered = self.gathered.take() else { return }
    let promise = self.promises.first
    if self.promises.count > 1 {
      for other in self.promises.dropFirst() { promise?.futureResult.cascade(to: other) }
    }
    self.promises.removeAll(keepingCapacity: true)
    context.write(self.wrapOutboundOut(.byteBuffer(gathered)), promise: promise)
  }

  /// Says that the connection will end, and nothing yet about where. After any GOAWAY of its own the
  /// library takes no further stream.
  func announce() {
    guard self.context != nil else { return }
    var frame = ByteBuffer(bytes: Self.start)
    frame.writeMultipleIntegers(UInt32(Int32.max), UInt32(0))
    self.gather(frame)
    self.wantSending()
  }

  // MARK: Sending

  func flush(context: ChannelHandlerContext) {
    if !self.isHandingOn { self.wantSending() }
  }

  /// What was written leaves at the end of the event loop's turn.
  func wantSending() {
    guard !self.isQueued else { return }
    self.isQueued = true
    self.queue.add(self)
  }

  func send() {
    self.isQueued = false
    if !self.isHandingOn {
      self.isHandingOn = true
      self.frames?()
      self.isHandingOn = false
    }
    self.pass()
    self.context?.flush()
  }

  /// What was to be sent is sent before, a goodbye above all.
  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if self.isQueued || self.gathered != nil { self.send() }
    context.close(mode: mode, promise: promise)
  }
}

extension HTTP2Bytes: NIOHTTP2FrameDelegate {
  /// The library has counted a frame, and turns it into bytes.
  func wroteFrame(_ frame: HTTP2Frame) {
    switch frame.payload {
    case .windowUpdate(let increment) where frame.streamID == .rootStream:
      self.opened?(increment)
    case .goAway(_, let code, _) where code != .noError: self.isBroken = true
    case .data, .headers, .priority, .rstStream, .settings, .pushPromise, .ping, .goAway,
      .windowUpdate, .alternativeService, .origin:
      break
    }
  }
}

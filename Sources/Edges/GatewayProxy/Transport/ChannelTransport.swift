import NIOCore

/// A connection on a NIO channel, plain or with TLS in front.
///
/// Small writes are put together, so that an answer leaves in one system call. On a plain connection they go to
/// the socket itself, past every handler of the channel that writes; the channel gets what the socket does
/// not take at once.
final class ChannelTransport: ChannelDuplexHandler, ByteTransport, GatheringSender {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// `nil` once the connection is over.
  var receiver: (any ByteReceiver)?
  private var context: ChannelHandlerContext?
  /// Kept beside the context, which looks it up each time.
  private var channel: (any Channel)?
  private var gathered: ByteBuffer?
  private var isReading = true
  private var isReadHeld = false
  private let queue: FlushQueue
  private let stock: BufferStock
  /// Whether what is gathered lies in a buffer of the stock.
  private var isOfStock = false
  private var hasUnflushed = false
  /// Whether what is written is to leave, at the latest when the event loop has looked at everything.
  private var isQueued = false
  private var isFinishing = false
  private var hasFailed = false
  /// Where bytes can go past the channel; `nil` with TLS, and once the connection is over.
  private var socket: PlainSocket?
  private let isPlain: Bool
  /// Whether the channel was given bytes that it may still have.
  private var mayChannelHoldBytes = false

  /// Writes up to this many bytes are copied to leave together.
  private static let gatheredBytes = 16_384

  /// - Parameter isPlain: whether nothing in the channel changes bytes on their way, or has to see them.
  init(queue: FlushQueue, stock: BufferStock, isPlain: Bool) {
    self.queue = queue
    self.stock = stock
    self.isPlain = isPlain
  }

  /// Whether there is a connection still.
  var isOpen: Bool { self.channel?.isActive ?? false }

  var isWritable: Bool { self.channel?.isWritable ?? false }

  var untakenBytes: Int {
    let options = self.channel?.syncOptions
    let passed = (try? options?.getOption(.bufferedWritableBytes)) ?? 0
    return passed + (self.gathered?.readableBytes ?? 0)
  }

  func write(_ bytes: ByteBuffer, isOfStock: Bool) {
    guard bytes.readableBytes > 0, !self.isFinishing else { return }
    self.hasUnflushed = true
    guard var gathered = self.gathered.take() else {
      (self.gathered, self.isOfStock) = (bytes, isOfStock)
      return
    }
    if gathered.readableBytes + bytes.readableBytes <= Self.gatheredBytes {
      gathered.writeImmutableBuffer(bytes)
      self.gathered = gathered
    } else {
      self.pass(gathered)
      (self.gathered, self.isOfStock) = (bytes, isOfStock)
    }
  }

  func flush() {
    guard self.hasUnflushed, !self.isQueued else { return }
    self.isQueued = true
    self.queue.add(self)
  }

  func send() {
    self.isQueued = false
    guard self.hasUnflushed else { return }
    self.hasUnflushed = false
    if let gathered = self.gathered.take() {
      if self.sendPast(gathered) { return }
    }
    self.context?.flush()
  }

  /// Writes to the socket itself, if nothing is before these bytes. What it does not take at once is the
  /// channel's, and so is whatever is wrong with the connection.
  /// - Returns: whether all of it was sent.
  private func sendPast(_ bytes: ByteBuffer) -> Bool {
    guard let socket = self.socket, self.isChannelEmpty() else {
      self.pass(bytes)
      return false
    }
    guard let count = socket.send(bytes) else {
      // The channel will close, and not say why.
      self.hasFailed = true
      self.pass(bytes)
      return false
    }
    guard count < bytes.readableBytes else {
      if self.isOfStock { self.stock.put(bytes) }
      return true
    }
    var rest = bytes
    rest.moveReaderIndex(forwardBy: count)
    self.pass(rest)
    return false
  }

  private func isChannelEmpty() -> Bool {
    guard self.mayChannelHoldBytes else { return true }
    let options = self.channel?.syncOptions
    self.mayChannelHoldBytes = (try? options?.getOption(.bufferedWritableBytes)) != 0
    return !self.mayChannelHoldBytes
  }

  private func pass(_ bytes: ByteBuffer) {
    self.mayChannelHoldBytes = true
    self.context?.write(self.wrapOutboundOut(bytes), promise: nil)
  }

  func setReading(_ isReading: Bool) {
    guard self.isReading != isReading else { return }
    self.isReading = isReading
    if isReading, self.isReadHeld {
      self.isReadHeld = false
      self.context?.read()
    }
  }

  func close(_ mode: CloseMode) {
    guard mode == .output else {
      if self.isQueued { self.send() }
      self.context?.close(mode: .all, promise: nil)
      return
    }
    self.send()
    guard !self.isFinishing else { return }
    self.isFinishing = true
    self.context?.close(mode: .output, promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    self.channel = context.channel
    if self.isPlain { self.socket = PlainSocket(of: context.channel) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { self.end() }

  func channelInactive(context: ChannelHandlerContext) { self.end() }

  func read(context: ChannelHandlerContext) {
    if self.isReading { context.read() } else { self.isReadHeld = true }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    self.receiver?.received(self.unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    self.receiver?.receivedAll()
    // Asked for here, it does not go through the whole pipeline.
    if self.isReading { context.read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { self.receiver?.becameWritable() }
  }

  /// Whatever went wrong with the connection, it cannot go on.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    self.hasFailed = true
    context.close(mode: .all, promise: nil)
  }

  private func end() {
    let receiver = self.receiver.take()
    (self.context, self.channel, self.gathered, self.socket) = (nil, nil, nil, nil)
    receiver?.closed(isClean: !self.hasFailed)
  }
}

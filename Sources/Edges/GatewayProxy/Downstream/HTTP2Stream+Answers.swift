import HTTPMessages
import NIOCore
import NIOHPACK
import NIOHTTP2

extension HTTP2Stream: ClientStream {
  /// Above the first nothing more is asked for, until there is less than the second.
  private static let most = 65_536
  private static let few = 32_768
  /// Pieces are put together up to this size, and are no larger: the size of a frame.
  private static let piece = 16_384
  /// The size of a frame, which is all that the library makes of a head.
  private static let head = 16_384

  var isWritable: Bool { !self.isFull && !self.isClosed }

  func send(_ head: ResponseHead, content: AnswerContent) {
    guard let fields = head.http2Fields() else { return self.abort() }
    self.send(fields, content: content)
  }

  private func send(_ fields: [(name: String, value: String)], content: AnswerContent) {
    let payload = HTTP2Frame.FramePayload.headers(
      .init(headers: self.connection.block(of: fields), endStream: content == .none))
    // What ends a stream is written once nobody is surprised by its end.
    if content == .none {
      self.lastHead = payload
    } else {
      self.connection.write(payload, on: self.id)
    }
  }

  func relay(_ plan: ResponsePlan) -> Bool {
    guard let head = plan.head(), let fields = head.http2Fields(),
      FieldBlock.largest(of: fields) <= Self.head
    else { return false }
    self.send(fields, content: plan.content)
    return true
  }

  func send(_ bytes: ByteBuffer) {
    guard bytes.readableBytes > 0, !self.isAnswerEnded, !self.isClosed else { return }
    self.untaken += bytes.readableBytes
    if self.untaken > Self.most { self.isFull = true }
    guard var gathered = self.gathered.take() else {
      self.gathered = bytes
      return
    }
    if gathered.readableBytes + bytes.readableBytes <= Self.piece {
      gathered.writeImmutableBuffer(bytes)
      self.gathered = gathered
    } else {
      self.pass(gathered)
      self.gathered = bytes
    }
  }

  /// Writes content in frames of its own; what the client has no window for waits in the library.
  private func pass(_ bytes: ByteBuffer) {
    var bytes = bytes
    while bytes.readableBytes > 0 {
      let count = min(bytes.readableBytes, Self.piece)
      guard let piece = bytes.readSlice(length: count) else { return }
      self.connection.write(.data(.init(data: .byteBuffer(piece))), on: self.id) { _ in
        self.took(count)
      }
    }
  }

  private func took(_ count: Int) {
    self.untaken -= count
    self.clocks.tookSome()
    self.connection.tookSome()
    guard self.isFull, self.untaken < Self.few else { return }
    self.isFull = false
    if case .exchange(let exchange) = self.state { exchange.clientBecameWritable() }
  }

  func flush() {
    if let gathered = self.gathered.take() { self.pass(gathered) }
    self.connection.flush()
  }

  func finish() {
    self.state = .ended
    guard !self.isAnswerEnded, !self.isClosed else { return self.connection.flush() }
    self.isAnswerEnded = true
    let end = self.lastHead.take() ?? self.lastContent()
    if self.isRequestWhole {
      // With this the stream is closed, which is told anyway.
      self.connection.write(end, on: self.id)
    } else {
      // A reset would take with it what the client has no window for yet.
      self.connection.write(end, on: self.id) { if $0 { self.answered() } }
    }
    self.connection.flush()
  }

  private func lastContent() -> HTTP2Frame.FramePayload {
    var last = self.gathered.take() ?? ByteBuffer()
    // What is more than a frame is told of as it is taken.
    if last.readableBytes > Self.piece {
      self.pass(last)
      last = ByteBuffer()
    }
    return .data(.init(data: .byteBuffer(last), endStream: true))
  }

  /// The whole answer was given without the whole request, RFC 9113 section 8.1.
  private func answered() {
    if !self.isRequestWhole { self.reset(.noError) }
  }

  func abort() { self.reset(.internalError) }

  func resumeBody() { self.passHeld() }

  /// Extended CONNECT is off, so that no stream becomes a tunnel.
  func beginTunnel(_ fields: HTTPFields) { self.abort() }

  func endTunnel() { self.abort() }
}

import Gateway
import HTTPMessages
import Inspection
import NIOCore

/// A client that speaks HTTP/1.1: its requests are served one after the other.
final class HTTP1Connection: ByteReceiver, LoopMember, RequestHolder {
  enum State {
    /// Between two requests, or within a head.
    case head
    case exchange(Exchange)
    case tunnel(Exchange)
    /// Answered for the last time; what still comes is thrown away. A connection that is closed over
    /// unread bytes is reset, and the client may never see what was sent to it.
    case lingering(budget: Int)
    case closed
  }

  let transport: any ByteTransport
  let loop: ProxyLoop
  let intake: RequestIntake
  var state = State.head
  var parser: RequestHeadParser
  var decoder: BodyDecoder?
  /// Whether the request under way has been read to its end.
  var isRequestWhole = true
  /// What was read and not looked at yet.
  var unread = ByteBuffer()
  /// Whether the connection ends with the answer under way.
  var closesAfterAnswer = false
  var clocks: ConnectionClocks
  /// Tells requests apart for those who want to end one later.
  private var serial: UInt64 = 0
  private var isProcessing = false
  /// Content of an answer is sent in chunks.
  var isChunking = false

  /// Bytes of further requests that are kept while one is answered.
  private static let mostUnread = 65_536
  private static let lingerBytes = 1 << 20

  init(transport: any ByteTransport, loop: ProxyLoop, intake: RequestIntake) {
    self.transport = transport
    self.loop = loop
    self.intake = intake
    self.parser = RequestHeadParser(
      limits: loop.configuration.message, pathRules: RequestIntake.pathRules)
    self.clocks = ConnectionClocks(loop.configuration, now: .now())
  }

  // MARK: Bytes

  func received(_ bytes: ByteBuffer) {
    if self.unread.readableBytes == 0 {
      self.unread = bytes
    } else {
      self.unread.writeImmutableBuffer(bytes)
    }
    self.process()
  }

  func receivedAll() {
    self.transport.flush()
    self.passBody()
  }

  /// What was taken of the content goes on now.
  func passBody() {
    switch self.state {
    case .exchange(let exchange), .tunnel(let exchange): exchange.bodyPaused()
    case .head, .lingering, .closed: break
    }
  }

  func becameWritable() {
    self.clocks.tookSome()
    switch self.state {
    case .exchange(let exchange), .tunnel(let exchange): exchange.clientBecameWritable()
    case .head:
      self.process()
      self.passBody()
    case .lingering, .closed: break
    }
  }

  func closed(isClean: Bool) {
    if !isClean { self.intake.end.note(.closedBroken) }
    let state = self.state
    self.state = .closed
    self.loop.leave(self)
    switch state {
    case .exchange(let exchange), .tunnel(let exchange): exchange.clientGone(.clientGone)
    case .head, .lingering, .closed: break
    }
  }

  /// Goes on for as long as there are bytes and somebody wants them. Answering a request may lead back
  /// here; the call that began goes on.
  func process() {
    guard !self.isProcessing else { return }
    self.isProcessing = true
    defer { self.isProcessing = false }
    while self.unread.readableBytes > 0, self.step() {}
    // What is let go NIO can read into again; clearing it would take new memory, as NIO has it too.
    if self.unread.readableBytes == 0 { self.unread = ByteBuffer() }
    let isFull = self.unread.readableBytes > Self.mostUnread
    self.transport.setReading(!isFull && !self.waitsForSomebody)
  }

  /// Whether what was read cannot go on before somebody takes something.
  private var waitsForSomebody: Bool {
    guard self.unread.readableBytes > 0 else { return false }
    return switch self.state {
    case .head: true
    case .exchange: !self.isRequestWhole
    case .tunnel: true
    case .lingering, .closed: false
    }
  }

  /// - Returns: whether to go on.
  private func step() -> Bool {
    switch self.state {
    case .head:
      // Who takes no answers gets no further ones.
      guard self.transport.isWritable else { return false }
      return self.readHead()
    case .exchange(let exchange):
      guard !self.isRequestWhole, exchange.wantsBody else { return false }
      return self.readBody(exchange)
    case .tunnel(let exchange):
      guard exchange.wantsBody else { return false }
      let bytes = self.unread
      self.unread = ByteBuffer()
      exchange.receivedBody(bytes)
      return true
    case .lingering(let budget):
      let left = budget - self.unread.readableBytes
      self.unread = ByteBuffer()
      self.state = .lingering(budget: left)
      if left <= 0 { self.transport.close() }
      return true
    case .closed:
      self.unread = ByteBuffer()
      return false
    }
  }

  // MARK: Heads

  private func readHead() -> Bool {
    self.clocks.beginHead()
    do throws(RequestRefusal) {
      guard let received = try self.parser.receive(self.unread.readableBytesUInt8Span) else {
        self.unread = ByteBuffer()
        return false
      }
      self.unread.moveReaderIndex(forwardBy: received.consumed)
      self.begin(received.head)
    } catch {
      self.refuseUnread(Refusal(framing: error))
    }
    return true
  }

  /// Answers what never became a request. What follows on the connection has no certain meaning.
  private func refuseUnread(_ refusal: Refusal) {
    self.intake.end.note(.closedAfterRefusal)
    self.closesAfterAnswer = true
    self.decoder = nil
    self.isRequestWhole = true
    self.intake.refuseUnread(refusal).send(to: self)
  }

  private func begin(_ head: RequestHead) {
    self.serial &+= 1
    self.closesAfterAnswer = !head.keepAlive
    let decision = self.intake.decide(head) {
      RevocableRequest(self, serial: self.serial, on: self.loop.eventLoop)
    }
    switch decision.outcome {
    case .refused(let answer):
      // Content that nobody asked for is not waited for.
      if head.framing != .none || answer.endsConnection {
        self.intake.end.note(.closedAfterRefusal)
        self.closesAfterAnswer = true
      }
      self.clocks.end()
      answer.send(to: self)
    case .admitted(let admitted):
      self.isRequestWhole = head.framing == .none
      self.clocks.beginBody(isEmpty: self.isRequestWhole)
      self.decoder =
        self.isRequestWhole
        ? nil
        : BodyDecoder(
          framing: head.framing, limits: self.loop.configuration.message,
          maximumBytes: admitted.permit.maximumBody)
      let upgrade =
        admitted.permit.service.forwarding.allowsWebSocket ? WebSocketHandshake(head) : nil
      let exchange = Exchange(admitted, client: self, loop: self.loop, upgrade: upgrade)
      self.state = .exchange(exchange)
      if head.expectsContinue, self.unread.readableBytes == 0 {
        self.transport.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
        self.transport.flush()
      }
      exchange.start()
    }
  }

  func end(_ serial: UInt64, _ reason: AbortReason) {
    if self.serial == serial { self.cut(reason) }
  }

  // MARK: Content

  private func readBody(_ exchange: Exchange) -> Bool {
    guard var decoder = self.decoder.take() else { return false }
    self.clocks.touchBody()
    let piece = self.unread
    var offset = 0
    do throws(RequestRefusal) {
      while let part = try decoder.next(in: piece.readableBytesUInt8Span, at: &offset) {
        switch part {
        case .data(let range):
          let data = piece.getSlice(
            at: piece.readerIndex + range.lowerBound, length: range.count)
          if let data { exchange.receivedBody(data) }
        case .end:
          self.unread.moveReaderIndex(forwardBy: offset)
          self.clocks.endBody()
          self.isRequestWhole = true
          exchange.receivedBodyEnd()
          return true
        }
      }
    } catch {
      self.intake.end.note(.closedAfterRefusal)
      self.closesAfterAnswer = true
      exchange.bodyFailed(error == .bodyTooLarge ? .bodyTooLarge : Refusal(framing: error))
      return true
    }
    self.unread = ByteBuffer()
    if case .exchange = self.state { self.decoder = decoder }
    return false
  }

  // MARK: Times

  func check(at now: NIODeadline) {
    if self.clocks.isStalled(untaken: self.transport.untakenBytes, at: now) {
      return self.cut(.clientStalled)
    }
    switch self.state {
    case .head:
      guard let expired = self.clocks.expiredHead(at: now) else { return }
      self.intake.end.note(expired == .idle ? .closedIdle : .closedTimedOut)
      if expired == .idle { self.transport.close() } else { self.refuseUnread(.headTimeout) }
    case .exchange(let exchange):
      if !self.isRequestWhole, self.clocks.isBodyExpired(at: now, isWanted: exchange.wantsBody) {
        self.intake.end.note(.closedTimedOut)
        self.closesAfterAnswer = true
        exchange.bodyFailed(.bodyTimeout)
      } else {
        exchange.check(at: now)
      }
    case .tunnel(let exchange): exchange.check(at: now)
    case .lingering:
      // The client has its time from the moment that it has the answer.
      if self.transport.untakenBytes > 0 {
        self.clocks.beginLinger()
      } else if self.clocks.isLingerOver(at: now) {
        self.transport.close()
      }
    case .closed: break
    }
  }

  func drain() {
    self.intake.end.note(.closedDraining)
    self.closesAfterAnswer = true
    if case .head = self.state, self.unread.readableBytes == 0, !self.parser.isWithinHead {
      // The first request may still be on its way, as after a handshake of TLS.
      if self.serial == 0 { return self.clocks.hurry(self.loop.configuration.firstRequestNotice) }
      // The last answer may still be on its way.
      if self.transport.untakenBytes > 0 { self.linger() } else { self.transport.close() }
    }
  }

  private func linger() {
    self.intake.end.note(.closedAfterResponse)
    self.transport.finishWriting()
    self.clocks.beginLinger()
    self.state = .lingering(budget: Self.lingerBytes)
  }

  func cut() { self.cut(.gatewayStopped) }

  private func cut(_ reason: AbortReason) {
    self.intake.end.note(reason.connectionEnd)
    let state = self.state
    self.state = .lingering(budget: 0)
    switch state {
    case .exchange(let exchange), .tunnel(let exchange): exchange.clientGone(reason)
    case .head, .lingering, .closed: break
    }
    self.transport.close()
  }

  /// The answer is complete, and so is the request, or it never will be.
  func answered() {
    self.decoder = nil
    guard self.isRequestWhole, !self.closesAfterAnswer else {
      self.linger()
      return self.process()
    }
    self.transport.flush()
    self.clocks.beginIdle()
    self.state = .head
    self.process()
    self.passBody()
  }
}

import Gateway
import HTTPMessages
import Inspection
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One request of a client that speaks HTTP/2, on a stream of its own.
final class HTTP2Stream: RequestHolder {
  enum State {
    case head
    case exchange(Exchange)
    /// Answered, or cut; what still comes is thrown away.
    case ended
  }

  let id: HTTP2StreamID
  let connection: HTTP2Connection
  private let loop: ProxyLoop
  private let intake: RequestIntake
  var state = State.head
  var clocks: ConnectionClocks
  private var length = ContentLengthCheck(framing: .none)
  private var maximumBody: UInt64 = 0
  private var received: UInt64 = 0
  /// Content that nobody wants yet. The window bounds it.
  private var held = ByteBuffer()
  /// What came behind it.
  private var ending: Ending?
  private var window = InboundWindow()
  /// Whether the request's last frame has come.
  private var isReceived = false
  /// Whether all of the request has been passed on.
  var isRequestWhole = false
  /// Whether there is no such stream any more.
  private(set) var isClosed = false
  /// Whether either side cut it short.
  private var isReset = false
  /// Until the client has all of the answer.
  private var place: SourceCount.Place?

  // Of the answer.
  var isAnswerEnded = false
  /// The head of an answer without content.
  var lastHead: HTTP2Frame.FramePayload?
  var gathered: ByteBuffer?
  /// Bytes that were written and that the connection has not taken yet.
  var untaken = 0
  var isFull = false

  private enum Ending {
    case last
    case trailers(HTTP2Frame.FramePayload.Headers)
  }

  init(
    _ id: HTTP2StreamID, loop: ProxyLoop, intake: RequestIntake, connection: HTTP2Connection
  ) {
    self.id = id
    self.loop = loop
    self.intake = intake
    self.connection = connection
    self.clocks = ConnectionClocks(loop.configuration, now: .now())
  }

  // MARK: The head

  func begin(_ block: HTTP2Frame.FramePayload.Headers) {
    self.isRequestWhole = block.endStream
    self.isReceived = block.endStream
    do throws(RequestRefusal) {
      var reader = HTTP2RequestHeadReader(
        isSecure: self.intake.origin.facts.isSecure, limits: self.loop.configuration.message,
        pathRules: RequestIntake.pathRules)
      for (name, value, _) in block.headers {
        try reader.add(name: name.utf8, value: value.utf8)
      }
      self.begin(try reader.finish(endStream: block.endStream))
    } catch {
      self.place = self.intake.placeForUnread()
      self.refuse(self.intake.refuseUnread(Refusal(framing: error)))
    }
  }

  private func begin(_ head: RequestHead) {
    let decision = self.intake.decide(head) {
      RevocableRequest(self, serial: 0, on: self.loop.eventLoop)
    }
    self.place = decision.place
    switch decision.outcome {
    case .refused(let answer): self.refuse(answer)
    case .admitted(let admitted):
      self.clocks.beginBody(isEmpty: self.isRequestWhole)
      self.length = ContentLengthCheck(framing: head.framing)
      self.maximumBody = admitted.permit.maximumBody
      let exchange = Exchange(admitted, client: self, loop: self.loop, upgrade: nil)
      self.state = .exchange(exchange)
      if head.expectsContinue, !self.isRequestWhole {
        self.connection.write(.headers(.init(headers: [":status": "100"])), on: self.id)
        self.connection.flush()
      }
      exchange.start()
      // An announced length of nothing, or none where a stream goes on.
      if self.isRequestWhole, !exchange.isBodyComplete { exchange.receivedBodyEnd() }
    }
  }

  /// What clients do not take is bounded by the places that they have.
  private func refuse(_ answer: RefusalAnswer) {
    (self.place == nil ? answer.bare() : answer).send(to: self)
  }

  // MARK: Content

  func received(_ bytes: ByteBuffer, isLast: Bool) {
    self.isReceived = self.isReceived || isLast
    guard case .exchange(let exchange) = self.state else { return }
    self.clocks.touchBody()
    self.received &+= UInt64(bytes.readableBytes)
    do throws(RequestRefusal) {
      try self.length.receive(bytes.readableBytes)
      guard self.received <= self.maximumBody else { throw .bodyTooLarge }
    } catch {
      return self.fail(exchange, error)
    }
    if isLast { self.ending = .last }
    guard self.held.readableBytes == 0, exchange.wantsBody || bytes.readableBytes == 0 else {
      return self.hold(bytes)
    }
    if bytes.readableBytes > 0 { exchange.receivedBody(bytes) }
    self.takeEnding()
  }

  /// A piece of a larger buffer keeps all of that in memory, so it is copied.
  private func hold(_ bytes: ByteBuffer) { self.held.writeImmutableBuffer(bytes) }

  func receivedTrailers(_ block: HTTP2Frame.FramePayload.Headers) {
    self.isReceived = self.isReceived || block.endStream
    guard case .exchange = self.state else { return }
    self.ending = .trailers(block)
    if self.held.readableBytes == 0 { self.takeEnding() }
  }

  private func takeEnding() {
    guard let ending = self.ending.take(), case .exchange(let exchange) = self.state else { return }
    do throws(RequestRefusal) {
      if case .trailers(let block) = ending {
        var reader = HTTP2TrailerReader(limits: self.loop.configuration.message)
        for (name, value, _) in block.headers {
          try reader.add(name: name.utf8, value: value.utf8)
        }
        guard block.endStream else { return }
      }
      self.isRequestWhole = true
      self.clocks.endBody()
      try self.length.finish()
      if !exchange.isBodyComplete { exchange.receivedBodyEnd() }
    } catch {
      self.fail(exchange, error)
    }
  }

  private func fail(_ exchange: Exchange, _ error: RequestRefusal) {
    self.dropHeld()
    if self.isReceived { self.isRequestWhole = true }
    exchange.bodyFailed(error == .bodyTooLarge ? .bodyTooLarge : Refusal(framing: error))
  }

  private func dropHeld() {
    self.held = ByteBuffer()
    self.ending = nil
  }

  /// Nothing more is there at the moment.
  func paused() {
    guard case .exchange(let exchange) = self.state, !self.isRequestWhole else { return }
    exchange.bodyPaused()
    self.passHeld()
  }

  /// Passes on what was held, if somebody wants it by now.
  func passHeld() {
    guard self.held.readableBytes > 0, case .exchange(let exchange) = self.state,
      exchange.wantsBody
    else { return }
    let bytes = self.held
    self.held = ByteBuffer()
    exchange.receivedBody(bytes)
    self.openWindow()
    self.takeEnding()
    if case .exchange(let exchange) = self.state { exchange.bodyPaused() }
  }

  /// It was announced to the client.
  func windowOpened(by increment: Int) { self.window.opened(by: increment) }

  func windowChanged(to size: Int) {
    self.window.changed(to: size)
    self.openWindow()
  }

  private func openWindow() {
    guard !self.isReceived, !self.isClosed else { return }
    if let increment = self.window.opening(held: self.held.readableBytes) {
      self.connection.open(self.id, by: increment)
    }
  }

  // MARK: Times and ends

  func check(at now: NIODeadline) {
    if self.clocks.isStalled(
      untaken: self.isAnswerEnded ? max(1, self.untaken) : self.untaken, at: now)
    {
      return self.cut(.clientStalled)
    }
    guard case .exchange(let exchange) = self.state else { return }
    if !self.isRequestWhole, self.clocks.isBodyExpired(at: now, isWanted: exchange.wantsBody) {
      exchange.bodyFailed(.bodyTimeout)
    } else {
      exchange.check(at: now)
    }
  }

  /// A stream has one request.
  func end(_ serial: UInt64, _ reason: AbortReason) { self.cut(reason) }

  func cut(_ reason: AbortReason) {
    let state = self.state
    self.state = .ended
    if case .exchange(let exchange) = state { exchange.clientGone(reason) }
    self.reset(.cancel)
  }

  /// The library could not write what it was given.
  func failed() {
    if case .exchange(let exchange) = self.state { return exchange.interrupt(.responseBroken) }
    self.reset(.internalError)
  }

  func reset(_ code: HTTP2ErrorCode) {
    self.state = .ended
    self.dropHeld()
    self.gathered = nil
    // After a whole answer it is no failure.
    if code != .noError { self.isReset = true }
    guard !self.isClosed else { return }
    self.connection.write(.rstStream(code), on: self.id)
    self.connection.flush()
  }

  /// There is no such stream any more.
  /// - Parameter reason: of a reset, whoever sent it.
  /// - Returns: whether neither side cut it short.
  func closed(_ reason: HTTP2ErrorCode?) -> Bool {
    self.isClosed = true
    self.place = nil
    let state = self.state
    self.state = .ended
    self.dropHeld()
    self.gathered = nil
    if case .exchange(let exchange) = state { exchange.clientGone(.clientGone) }
    return !self.isReset && (reason ?? .noError) == .noError
  }
}

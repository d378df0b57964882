import HTTPMessages
import NIOCore
import Upstreams

/// One connection to a service, and the request that it answers at the moment.
///
/// A connection is used again only after an answer that ended where it said, to a request that was
/// sent whole, with nothing after it.
final class UpstreamConnection: ByteReceiver {
  private enum State {
    case idle
    case answering(HTTPMethod)
    case content(BodyDecoder, keepsAlive: Bool)
    case tunnel
    case closed
  }

  let endpoint: Endpoint
  let transport: any ByteTransport
  private let pool: UpstreamPool
  /// Where it is counted, and lies while it is idle.
  let shelf: UpstreamPool.Shelf
  private var parser: ResponseHeadParser
  private var state = State.idle
  /// Held from `begin` until it has been told of the end, whichever way that comes.
  private var user: (any UpstreamUser)?
  private var interims = 0
  private var hasReceived = false
  private var isRequestWhole = true
  /// Whether the answer was of those that some services send content with, though they must not.
  private var mayBeFollowed = false
  /// How many requests it has answered.
  private(set) var answered = 0
  let openedAt: NIODeadline
  /// When it was given back; of use only while it is idle.
  var idleSince = NIODeadline.uptimeNanoseconds(0)

  private static let mostInterims = 16

  init(
    endpoint: Endpoint, transport: any ByteTransport, pool: UpstreamPool,
    shelf: UpstreamPool.Shelf, limits: MessageLimits,
    openedAt: NIODeadline
  ) {
    self.openedAt = openedAt
    self.endpoint = endpoint
    self.transport = transport
    self.pool = pool
    self.shelf = shelf
    self.parser = ResponseHeadParser(limits: limits)
  }

  var isOpen: Bool { if case .closed = self.state { false } else { true } }
  var isWritable: Bool { self.transport.isWritable }

  /// Begins a request, whose bytes follow.
  func begin(_ user: any UpstreamUser, method: HTTPMethod) {
    self.user = user
    self.state = .answering(method)
    (self.interims, self.hasReceived, self.isRequestWhole) = (0, false, false)
    self.mayBeFollowed = false
  }

  /// - Parameter head: lies in a buffer of the loop's stock.
  func sendHead(_ head: ByteBuffer) { self.transport.write(head, isOfStock: true) }

  func send(_ bytes: ByteBuffer) { self.transport.write(bytes) }

  /// The request has been written to its end.
  func endRequest() { self.isRequestWhole = true }

  /// The answer was 101: from now on bytes pass as they come.
  func beginTunnel() { self.state = .tunnel }

  /// Gives the connection up, whatever state it is in.
  func abandon() {
    self.user = nil
    self.state = .closed
    self.transport.close()
  }

  func received(_ bytes: ByteBuffer) {
    self.hasReceived = true
    var rest = bytes
    while rest.readableBytes > 0 {
      switch self.state {
      // Nobody asked. With TLS the end takes a while, in which nobody may be given the connection.
      case .idle:
        self.state = .closed
        return self.transport.close()
      case .closed: return
      case .answering(let method): guard self.readHead(&rest, method) else { return }
      case .content(let decoder, let keepsAlive):
        // Moved out, so that it is changed in place.
        self.state = .closed
        return self.readContent(&rest, decoder, keepsAlive)
      case .tunnel:
        self.user?.responseContent(rest)
        return
      }
    }
  }

  /// - Returns: whether to go on.
  private func readHead(_ rest: inout ByteBuffer, _ method: HTTPMethod) -> Bool {
    do throws(ResponseFault) {
      guard let received = try self.parser.receive(rest.readableBytesUInt8Span, answering: method)
      else { return false }
      rest.moveReaderIndex(forwardBy: received.consumed)
      return self.take(received.response, answering: method, &rest)
    } catch {
      self.fail(.malformed)
      return false
    }
  }

  private func take(
    _ response: ReceivedResponse, answering method: HTTPMethod, _ rest: inout ByteBuffer
  ) -> Bool {
    let status = response.head.status
    if status == .switchingProtocols {
      self.user?.responded(response)
      return self.isUsed()
    }
    if status.isInformational {
      self.interims += 1
      guard self.interims <= Self.mostInterims else {
        self.fail(.malformed)
        return false
      }
      return true
    }
    self.state = .content(
      BodyDecoder(framing: response.framing), keepsAlive: response.keepAlive)
    self.user?.responded(response)
    guard self.isUsed() else { return false }
    if response.framing == .none {
      self.mayBeFollowed = method == .head || status.excludesContent
      self.complete(keepsAlive: response.keepAlive, rest)
      return false
    }
    return true
  }

  private func readContent(
    _ rest: inout ByteBuffer, _ decoder: consuming BodyDecoder, _ keepsAlive: Bool
  ) {
    var offset = 0
    do throws(RequestRefusal) {
      while let part = try decoder.next(in: rest.readableBytesUInt8Span, at: &offset) {
        switch part {
        case .data(let range):
          if let piece = rest.getSlice(
            at: rest.readerIndex + range.lowerBound, length: range.count)
          {
            self.user?.responseContent(piece)
          }
        case .end:
          rest.moveReaderIndex(forwardBy: offset)
          return self.complete(keepsAlive: keepsAlive, rest)
        }
      }
    } catch {
      return self.fail(.brokenOff)
    }
    if self.isUsed() { self.state = .content(decoder, keepsAlive: keepsAlive) }
  }

  /// Whether somebody still wants the answer. Whoever was told of it may have given the connection up;
  /// whoever is gone without a word has left an answer that is nobody's.
  private func isUsed() -> Bool {
    if self.user != nil { return true }
    self.abandon()
    return false
  }

  /// The answer has ended. What comes behind it is an answer to nothing: the connection cannot be
  /// trusted with another request.
  private func complete(keepsAlive: Bool, _ rest: ByteBuffer) {
    guard self.isUsed() else { return }
    let user = self.user.take()
    self.answered += 1
    let isReusable = keepsAlive && self.isRequestWhole && rest.readableBytes == 0
    self.state = isReusable ? .idle : .closed
    switch isReusable {
    case true where self.mayBeFollowed: self.pool.releaseLater(self)
    case true: self.pool.release(self)
    case false: self.transport.close()
    }
    user?.responseEnded()
  }

  private func fail(_ failure: UpstreamFailure) {
    let user = self.user.take()
    self.state = .closed
    self.transport.close()
    user?.failed(failure)
  }

  func receivedAll() { self.user?.responsePaused() }

  func becameWritable() { self.user?.upstreamBecameWritable() }

  func closed(isClean: Bool) {
    let user = self.user.take()
    let state = self.state
    self.state = .closed
    self.pool.lost(self)
    switch state {
    case .answering: user?.failed(self.hasReceived ? .brokenOff : .closedEarly)
    case .content(var decoder, _):
      // Only content that ends with the connection may end so, and only where the service ended that.
      if isClean, (try? decoder.finish()) != nil {
        user?.responseEnded()
      } else {
        user?.failed(.brokenOff)
      }
    case .tunnel: user?.responseEnded()
    case .idle, .closed: user?.failed(.brokenOff)
    }
  }
}

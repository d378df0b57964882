import Credentials
import Gateway
import HTTPMessages
import Inspection
import NIOCore
import Upstreams

/// One permitted request under way between a client and a service. Everything happens on one event
/// loop, in small steps that others call.
final class Exchange: UpstreamUser {
  enum Phase {
    /// Content was announced, and there is none of it yet, or no room for another that comes slowly.
    case gathering
    case connecting
    /// The request is being sent, or was; the answer has not begun.
    case awaiting
    case relaying
    case tunnel
    case ended
  }

  /// How long a client may take nothing while others wait for its connection.
  private static let patience = TimeAmount.seconds(2)

  private let request: AdmittedRequest
  private(set) var phase = Phase.gathering
  private let loop: ProxyLoop
  private var client: (any ClientStream)?
  private var upstream: UpstreamConnection?
  private var waiter: UpstreamPool.Waiter?
  private var answer = RequestRecord.Answer(status: nil)
  private var times: RequestTimes
  private var attempts: Attempts
  /// When whatever is waited for must have happened.
  private var deadline: NIODeadline
  private var held = HeldContent()
  private(set) var isBodyComplete: Bool
  /// Since when the client has taken nothing of an answer that goes on.
  private var stalledSince: NIODeadline?
  /// Whether it counts among those that hold a connection while their content is still coming.
  private var isUpload = false
  private let upgrade: WebSocketHandshake?

  init(
    _ admitted: AdmittedRequest, client: any ClientStream, loop: ProxyLoop,
    upgrade: WebSocketHandshake?
  ) {
    self.request = admitted
    self.loop = loop
    self.times = admitted.times
    self.client = client
    self.attempts = Attempts(
      loop.targets.target(named: admitted.permit.service.name), method: admitted.head.method)
    self.upgrade = upgrade
    self.isBodyComplete = admitted.head.framing == .none
    self.deadline = .distantFuture
  }

  private var permit: Permit { self.request.permit }
  private var head: RequestHead { self.request.head }

  func start() {
    guard case .gathering = self.phase, self.isBodyComplete else { return }
    self.connect(isFresh: false)
  }

  /// Takes a connection for a request whose content has begun to come. Announced content alone takes
  /// none, and what comes slowly has to leave connections for others.
  private func connectIfReady() {
    guard case .gathering = self.phase, self.isBodyComplete || !self.held.isEmpty else { return }
    if !self.isBodyComplete {
      self.isUpload = self.loop.uploads.enter(self.permit.service.name)
      guard self.isUpload else {
        let patience = NIODeadline.now() + .seconds(self.permit.service.forwarding.responseTimeout)
        self.deadline = min(self.deadline, patience)
        return
      }
    }
    self.connect(isFresh: false)
  }

  private func endUpload() {
    guard self.isUpload else { return }
    self.isUpload = false
    self.loop.uploads.leave(self.permit.service.name)
  }

  private func connect(isFresh: Bool) {
    self.phase = .connecting
    guard let endpoint = self.attempts.next(random: self.loop.random.next()) else {
      return self.refuse(.unresolved)
    }
    let now = NIODeadline.now()
    self.deadline =
      now + (endpoint.connectTimeout ?? self.loop.configuration.upstream.connectTimeout)
    let waiter = self.loop.upstreams.acquire(endpoint, for: self, isFresh: isFresh, at: now)
    // It may have been told, and even be over, already.
    if case .connecting = self.phase { self.waiter = waiter }
  }

  func connected(_ connection: UpstreamConnection, isReused: Bool) {
    guard case .connecting = self.phase, let head = self.forwardedHead(connection.endpoint) else {
      self.loop.upstreams.release(connection)
      if case .connecting = self.phase { self.refuse(.broken) }
      return
    }
    self.waiter = nil
    self.upstream = connection
    self.phase = .awaiting
    self.attempts.connected(isReused: isReused)
    connection.begin(self, method: self.head.method)
    connection.sendHead(head)
    let now = NIODeadline.now()
    self.times.wasForwarded(at: now)
    self.deadline = now + .seconds(self.permit.service.forwarding.responseTimeout)
    if isReused { self.loop.meter.add(.upstreamReused) }
    if let bytes = self.held.take() { self.pass(bytes) }
    if self.isBodyComplete { self.endBody() }
    connection.transport.flush()
    if !self.isBodyComplete, connection.isWritable { self.client?.resumeBody() }
  }

  func notConnected(_ failure: UpstreamFailure) {
    guard case .connecting = self.phase else { return }
    self.waiter = nil
    self.loop.meter.add(.upstreamConnectFailed)
    guard self.attempts.mayRepeat(after: failure) else { return self.refuse(Refusal(failure)) }
    self.loop.meter.add(.upstreamRetries)
    self.connect(isFresh: false)
  }

  // MARK: The request's content

  /// Whether content can be taken now; `resumeBody` says when it can be again.
  var wantsBody: Bool {
    switch self.phase {
    case .gathering: !self.held.isFull
    case .connecting, .ended: false
    case .awaiting, .relaying, .tunnel: self.upstream?.isWritable ?? false
    }
  }

  func receivedBody(_ bytes: ByteBuffer) {
    self.answer.bytesIn &+= UInt64(bytes.readableBytes)
    switch self.phase {
    case .ended: break
    case .gathering, .connecting: self.held.append(bytes)
    case .awaiting:
      self.deadline = .now() + .seconds(self.permit.service.forwarding.responseTimeout)
      self.pass(bytes)
    case .relaying, .tunnel:
      self.touch(at: .now())
      self.pass(bytes)
    }
  }

  func receivedBodyEnd() {
    self.isBodyComplete = true
    self.endUpload()
    if case .gathering = self.phase { return self.connectIfReady() }
    self.endBody()
    self.upstream?.transport.flush()
  }

  /// Nothing more of the content is there at the moment.
  func bodyPaused() {
    if case .gathering = self.phase { return self.connectIfReady() }
    self.upstream?.transport.flush()
  }

  private func pass(_ bytes: ByteBuffer) {
    guard let upstream = self.upstream else { return }
    self.attempts.sentBody()
    guard self.head.framing == .chunked, self.upgrade == nil else { return upstream.send(bytes) }
    upstream.send(ChunkedContent.chunk(bytes))
  }

  private func endBody() {
    guard let upstream = self.upstream, self.upgrade == nil else { return }
    if self.head.framing == .chunked { upstream.send(ChunkedContent.end) }
    upstream.endRequest()
  }

  /// The content cannot be taken to its end.
  func bodyFailed(_ refusal: Refusal) {
    switch self.phase {
    case .gathering, .connecting, .awaiting: self.refuse(refusal)
    case .relaying, .tunnel: self.interrupt(AbortReason(body: refusal))
    case .ended: break
    }
  }

  // MARK: The answer

  func responded(_ response: ReceivedResponse) {
    guard case .awaiting = self.phase, let client = self.client else { return }
    if response.head.status == .switchingProtocols { return self.switchProtocols(response) }
    let plan = ResponsePlan(
      response, method: self.head.method, requestID: self.request.record.requestID)
    guard client.relay(plan) else { return self.refuse(.broken) }
    self.phase = .relaying
    self.attempts.responded(response.head.status.code)
    let now = NIODeadline.now()
    self.note(status: response.head.status.code, at: now)
    self.touch(at: now)
  }

  private func note(status: Int, at now: NIODeadline) {
    self.answer.status = status
    self.times.wasAnswered(at: now)
    self.answer.upstreamMilliseconds = self.times.upstreamMilliseconds
  }

  private func switchProtocols(_ response: ReceivedResponse) {
    guard let upgrade = self.upgrade, upgrade.isAccepted(by: response), let client = self.client
    else { return self.refuse(.broken) }
    self.phase = .tunnel
    let now = NIODeadline.now()
    self.note(status: response.head.status.code, at: now)
    self.touch(at: now)
    self.upstream?.beginTunnel()
    client.beginTunnel(upgrade.answerFields(response, requestID: self.request.record.requestID))
  }

  func responseContent(_ bytes: ByteBuffer) {
    switch self.phase {
    case .relaying, .tunnel: break
    case .gathering, .connecting, .awaiting, .ended: return
    }
    self.answer.bytesOut &+= UInt64(bytes.readableBytes)
    self.touch(at: .now())
    self.client?.send(bytes)
  }

  func responsePaused() {
    guard let client = self.client else { return }
    client.flush()
    if !client.isWritable { self.upstream?.transport.setReading(false) }
  }

  /// The account is handed in before the last bytes leave: whoever has the answer finds it in the log.
  func responseEnded() {
    // Whoever answered has put the connection away.
    self.upstream = nil
    switch self.phase {
    case .relaying: self.end(nil, isWhole: true) { $0.finish() }
    case .tunnel: self.end(nil, isWhole: true) { $0.endTunnel() }
    case .gathering, .connecting, .awaiting, .ended: break
    }
  }

  func failed(_ failure: UpstreamFailure) {
    self.upstream = nil
    switch self.phase {
    case .awaiting:
      self.loop.meter.add(.upstreamFailedBeforeHead)
      guard self.attempts.mayRepeat(after: failure) else { return self.refuse(Refusal(failure)) }
      self.loop.meter.add(.upstreamRetries)
      self.connect(isFresh: true)
    case .relaying, .tunnel:
      self.loop.meter.add(.upstreamFailedInBody)
      self.interrupt(.responseBroken, failure.kind)
    case .gathering, .connecting, .ended: break
    }
  }

  func upstreamBecameWritable() {
    guard !self.isBodyComplete || self.upgrade != nil else { return }
    self.client?.resumeBody()
  }

  /// The client takes more of the answer.
  func clientBecameWritable() {
    self.stalledSince = nil
    self.upstream?.transport.setReading(true)
  }

  /// While others wait for a connection to the service, nobody holds one who takes nothing.
  private func giveWay(at now: NIODeadline) {
    guard case .relaying = self.phase, let upstream = self.upstream,
      self.client?.isWritable == false
    else { return }
    guard let since = self.stalledSince else {
      self.stalledSince = now
      return
    }
    if since + Self.patience <= now, self.loop.upstreams.isAwaited(upstream.endpoint) {
      self.interrupt(.clientStalled)
    }
  }

  // MARK: Ends

  private func touch(at now: NIODeadline) {
    let configuration = self.loop.configuration
    guard case .relaying = self.phase else {
      self.deadline = now + configuration.tunnelIdleTimeout
      return
    }
    let own = self.attempts.endpoint?.idleTimeout
    self.deadline = now + (own ?? configuration.upstream.idleTimeout)
  }

  func check(at now: NIODeadline) {
    if self.isTooLong(at: now) { return self.endTooLong() }
    self.connectIfReady()
    self.giveWay(at: now)
    guard self.deadline <= now else { return }
    switch self.phase {
    case .gathering, .connecting: self.refuse(.noCapacity)
    case .awaiting:
      // Who waits for the client's content cannot answer, and is not to blame for that.
      guard self.isBodyComplete || !self.wantsBody else {
        self.deadline = now + .seconds(self.permit.service.forwarding.responseTimeout)
        return
      }
      self.loop.meter.add(.upstreamTimedOut)
      self.refuse(.timeout, .responseTimeout)
    case .relaying:
      // A client that takes nothing is looked after by its connection.
      guard self.client?.isWritable == true else { return self.touch(at: now) }
      // A stream of events may be silent; that says nothing about the endpoint.
      self.interrupt(.responseBroken)
    case .tunnel: self.end(nil) { $0.endTunnel() }
    case .ended: break
    }
  }

  /// A tunnel has only its idle timeout.
  private func isTooLong(at now: NIODeadline) -> Bool {
    guard let limit = self.loop.configuration.totalTimeout else { return false }
    switch self.phase {
    case .gathering, .connecting, .awaiting, .relaying: return self.times.began + limit <= now
    case .tunnel, .ended: return false
    }
  }

  /// It may be the client that was slow, so that this is no fault of the service's.
  private func endTooLong() {
    if case .relaying = self.phase { self.interrupt(.tookTooLong) } else { self.refuse(.timeout) }
  }

  /// Ends with the gateway's own answer; what there was of a connection is not used again.
  private func refuse(_ refusal: Refusal, _ failure: FailureKind? = nil) {
    guard let client = self.client else { return }
    let refused = RefusalAnswer(
      refusal, requestID: self.request.record.requestID, method: self.head.method)
    self.note(status: refusal.status.code, at: .now())
    self.answer.refusal = refusal
    self.answer.bytesOut = UInt64(refused.body.count)
    self.end(nil, failure) { _ in refused.send(to: client) }
  }

  /// Ends an answer that cannot be completed.
  func interrupt(_ reason: AbortReason, _ failure: FailureKind? = nil) {
    self.end(reason.reason, failure) { $0.abort() }
  }

  /// The client is gone; there is nobody to tell.
  func clientGone(_ reason: AbortReason) {
    self.end(reason.reason) { _ in }
  }

  private func end(
    _ interruption: Reason?, _ failure: FailureKind? = nil, isWhole: Bool = false,
    _ tell: (any ClientStream) -> Void
  ) {
    if case .ended = self.phase { return }
    self.phase = .ended
    self.attempts.end(failure, isWhole: isWhole)
    self.answer.interruption = interruption
    self.loop.account(
      self.request.record, self.answer, self.times, passage: self.request.passage)
    let (client, upstream) = (self.client.take(), self.upstream.take())
    if let waiter = self.waiter.take() { self.loop.upstreams.cancel(waiter) }
    _ = self.held.take()
    self.endUpload()
    upstream?.abandon()
    if let client { tell(client) }
  }

  private func forwardedHead(_ endpoint: Endpoint) -> ByteBuffer? {
    RequestBytes(request: self.request, upgrade: self.upgrade).head(
      authority: endpoint.authority, self.loop.stock)
  }
}

import Gateway
import HTTPMessages
import NIOCore

extension HTTP1Connection: ClientStream {
  var isWritable: Bool { self.transport.isWritable }

  func send(_ head: ResponseHead, content: AnswerContent) {
    if !self.isRequestWhole || self.loop.isDraining { self.closesAfterAnswer = true }
    var head = head
    self.isChunking = content == .open
    do throws(FieldError) {
      if self.isChunking { try head.fields.append(name: "transfer-encoding", value: "chunked") }
      if self.closesAfterAnswer { try head.fields.append(name: "connection", value: "close") }
    } catch {
      // These are valid names and values; were they not, the answer could not be framed.
      return self.abort()
    }
    self.transport.write(ByteBuffer(bytes: head.serialized()))
  }

  func relay(_ plan: ResponsePlan) -> Bool {
    if !self.isRequestWhole || self.loop.isDraining { self.closesAfterAnswer = true }
    guard let bytes = plan.bytes(closes: self.closesAfterAnswer, self.loop.stock) else {
      return false
    }
    self.isChunking = plan.content == .open
    self.transport.write(bytes, isOfStock: true)
    return true
  }

  func send(_ bytes: ByteBuffer) {
    self.transport.write(self.isChunking ? ChunkedContent.chunk(bytes) : bytes)
  }

  func flush() { self.transport.flush() }

  func finish() {
    if self.isChunking {
      self.transport.write(ChunkedContent.end)
      self.isChunking = false
    }
    self.answered()
  }

  func abort() {
    self.intake.end.note(.closedBroken)
    self.state = .lingering(budget: 0)
    self.transport.close()
  }

  func resumeBody() {
    self.process()
    self.passBody()
  }

  func beginTunnel(_ fields: HTTPFields) {
    guard case .exchange(let exchange) = self.state else { return self.abort() }
    self.state = .tunnel(exchange)
    let head = ResponseHead(status: .switchingProtocols, fields: fields)
    self.transport.write(ByteBuffer(bytes: head.serialized()))
    self.transport.flush()
    self.process()
    self.passBody()
  }

  func endTunnel() {
    self.closesAfterAnswer = true
    self.answered()
  }
}

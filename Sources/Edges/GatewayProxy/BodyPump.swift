import Gateway
import HTTPMessages
import Inspection
import NIOCore
import Synchronization

/// Why a client's body does not go on.
struct BodyFault: Error {
  let refusal: Refusal
}

/// How far the body of a request has come.
final class BodyProgress: Sendable {
  private let state: Mutex<(received: UInt64, isComplete: Bool)>

  init(isComplete: Bool) {
    self.state = Mutex((0, isComplete))
  }

  var received: UInt64 { self.state.withLock { $0.received } }
  var isComplete: Bool { self.state.withLock { $0.isComplete } }

  func add(_ count: Int) { self.state.withLock { $0.received &+= UInt64(max(0, count)) } }
  func complete() { self.state.withLock { $0.isComplete = true } }
}

/// Moves a body from the client to whoever takes it, no faster than it is taken.
struct BodyPump {
  let pipe: Rendezvous<ByteBuffer>
  let progress: BodyProgress
  let configuration: ProxyConfiguration
  private var decoder: BodyDecoder

  init(
    _ framing: MessageFraming, maximum: UInt64, pipe: Rendezvous<ByteBuffer>,
    progress: BodyProgress, configuration: ProxyConfiguration
  ) {
    self.pipe = pipe
    self.progress = progress
    self.configuration = configuration
    self.decoder = BodyDecoder(
      framing: framing, limits: configuration.message, maximumBytes: maximum)
  }

  /// Returns once the whole body was taken, or cannot be.
  mutating func run(_ reader: inout ClientReader) async {
    let end = NIODeadline.now() + self.configuration.bodyTotalTimeout
    while true {
      let deadline = min(end, .now() + self.configuration.bodyTimeout)
      guard await reader.fill(until: deadline) else {
        let refusal =
          reader.hasTimedOut ? Refusal.bodyTimeout : Refusal(framing: .bodyTruncated)
        return self.pipe.finish(throwing: BodyFault(refusal: refusal))
      }
      do throws(RequestRefusal) {
        if try await self.pass(&reader) { return }
      } catch {
        let refusal = error == .bodyTooLarge ? Refusal.bodyTooLarge : Refusal(framing: error)
        return self.pipe.finish(throwing: BodyFault(refusal: refusal))
      }
    }
  }

  /// - Returns: whether it is over, one way or the other.
  private mutating func pass(_ reader: inout ClientReader) async throws(RequestRefusal) -> Bool {
    let piece = reader.rest
    let bytes = Array(piece.readableBytesView)
    var offset = 0
    while let part = try self.decoder.next(in: bytes.span, at: &offset) {
      switch part {
      case .end:
        reader.consume(offset)
        self.progress.complete()
        self.pipe.finish()
        return true
      case .data(let range):
        self.progress.add(range.count)
        let data = piece.getSlice(at: piece.readerIndex + range.lowerBound, length: range.count)
        guard let data, await self.pipe.send(data) else {
          reader.discard()
          return true
        }
      }
    }
    reader.discard()
    return false
  }
}

/// A body as it comes out of the pipe.
struct PipedBody: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  let pipe: Rendezvous<ByteBuffer>

  struct AsyncIterator: AsyncIteratorProtocol {
    let pipe: Rendezvous<ByteBuffer>

    mutating func next() async throws -> ByteBuffer? { try await self.pipe.next() }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pipe: self.pipe) }
}

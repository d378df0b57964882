import ControlPlaneAPI
import HTTPTypes
import Hummingbird
import NIOCore
import StrictJSON

/// A method at a path, and what answers it.
struct Endpoint: Sendable {
  let method: HTTPRequest.Method
  let pattern: PathPattern
  let answer: @Sendable (Exchange) async throws -> Reply

  init(
    _ method: HTTPRequest.Method, _ path: String,
    answer: @escaping @Sendable (Exchange) async throws -> Reply
  ) {
    self.method = method
    self.pattern = PathPattern(path)
    self.answer = answer
  }
}

/// A request on its way through an endpoint.
struct Exchange: Sendable {
  let request: Request
  let channel: any Channel
  /// The decoded path parameters in order.
  let parameters: [String]
  /// What follows the first question mark of the target.
  let query: Substring?

  /// A path parameter by position.
  func parameter(_ position: Int) throws -> String {
    guard self.parameters.indices.contains(position) else { throw Refusal.notFound }
    return self.parameters[position]
  }

  /// The whole body.
  ///
  /// - Throws: `Refusal` for a body beyond the limit.
  func body(upTo limit: Int) async throws -> [UInt8] {
    if let length = self.request.headers[.contentLength].flatMap(Int.init), length > limit {
      throw self.cut(Refusal.tooLarge(limit))
    }
    let slow = self.channel.eventLoop.scheduleTask(in: ListenerLimits.bodyTime) { [channel] in
      channel.close(mode: .all, promise: nil)
    }
    defer { slow.cancel() }
    do {
      let buffer = try await self.request.body.collect(upTo: limit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw self.cut(Refusal.tooLarge(limit))
    } catch {
      throw BrokenConnection(cause: error)
    }
  }

  /// A JSON body.
  func json(limits: JSONLimits) async throws -> JSONValue {
    try self.expect(MediaType.json)
    do {
      return try JSONValue(parsing: try await self.body(upTo: limits.maximumBytes), limits: limits)
    } catch let error as JSONError {
      throw Refusal.malformed("the body is not acceptable JSON: \(error)")
    }
  }

  /// - Throws: `Refusal` unless the body is of this media type.
  func expect(_ type: String) throws {
    let types = self.request.headers[values: .contentType]
    guard types.count == 1, types.allSatisfy({ MediaType.essence(of: $0) == type }) else {
      throw Refusal.unsupportedMediaType(type)
    }
  }

  /// The rest of an unread body is drained for a moment, so that the peer can read the answer, and
  /// then the connection ends.
  private func cut(_ refusal: Refusal) -> Refusal {
    self.channel.eventLoop.scheduleTask(in: ListenerLimits.drainTime) { [channel] in
      channel.close(mode: .all, promise: nil)
    }
    return refusal
  }
}

/// The request ended before its body did, or its framing broke.
struct BrokenConnection: Error {
  let cause: any Error
}

/// What a listener grants every connection.
enum ListenerLimits {
  /// From the head of a request to the end of its body.
  static let bodyTime = TimeAmount.seconds(15)
  /// For the rest of a body that nobody wants.
  static let drainTime = TimeAmount.seconds(1)
  /// Between requests, and for the head of one.
  static let idleTime = TimeAmount.seconds(30)
  static let fieldBytes = 16 * 1024
  static let fieldListBytes = 32 * 1024
  static let fieldCount = 100
  static let connections = 1024
}

import HTTPMessages
import NIOCore

/// How an answer's content goes to the client.
enum AnswerContent: Hashable {
  case none
  case counted(UInt64)
  /// Its length is not known before its end.
  case open
}

/// The client's side of one request, whatever version of HTTP it speaks. Used on one event loop.
protocol ClientStream: AnyObject {
  /// Whether more of an answer can be sent without piling up.
  var isWritable: Bool { get }
  /// Begins an answer of the gateway's own.
  func send(_ head: ResponseHead, content: AnswerContent)
  /// Begins the service's answer.
  /// - Returns: whether it can be said.
  func relay(_ plan: ResponsePlan) -> Bool
  /// A piece of the answer's content; `flush` or `finish` sends it.
  func send(_ bytes: ByteBuffer)
  func flush()
  /// The answer is complete.
  func finish()
  /// The answer cannot be completed, and must not look as if it had been.
  func abort()
  /// The service takes more of the request's content.
  func resumeBody()
  /// From now on bytes pass both ways as they come.
  /// - Parameter fields: of the 101 that says so.
  func beginTunnel(_ fields: HTTPFields)
  /// The other side of the tunnel has ended.
  func endTunnel()
}

import AsyncHTTPClient
package import ControlPlaneAPI
import Glibc
import NIOCore

/// A request to the control plane did not succeed. The description is one line that says what to do
/// next, and holds no token.
package struct RequestFailure: Error, Sendable, CustomStringConvertible {
  /// What the control plane said, where it answered with a problem.
  package let problem: ProblemDetails?
  package let description: String

  init(_ description: String, problem: ProblemDetails? = nil) {
    self.description = description
    self.problem = problem
  }

  /// Why no answer came.
  ///
  /// - Parameters:
  ///   - place: What was asked, such as `the admin socket at /run/gatehouse/admin.sock`.
  ///   - advice: What to do when nobody is there.
  init(_ error: any Error, reaching place: String, advice: String) {
    switch error {
    case let failure as RequestFailure:
      self = failure
    case let error as IOError where error.errnoCode == EACCES:
      self.init(
        "may not open \(place): run this as the server's user, as root, "
          + "or as the user that `--admin-uid` names")
    case let error where Self.isCut(error):
      self.init(
        "\(place) closed the connection: only the server's user, root and the user that "
          + "`--admin-uid` names may administer")
    case let error as HTTPClientError where Self.slow.contains(error):
      self.init("no answer from \(place) in time: try again, and see `gatehouse status`")
    case is NIOTooManyBytesError:
      self.init("the answer from \(place) is too large: ask for less")
    case is MalformedMessage:
      self.init("\(place) gave an answer that this version does not know: \(error)")
    default:
      self.init("cannot reach \(place): \(advice)")
    }
  }

  /// Whether the peer ended the connection instead of answering.
  private static func isCut(_ error: any Error) -> Bool {
    if let error = error as? IOError { return [EPIPE, ECONNRESET].contains(error.errnoCode) }
    if let error = error as? ChannelError { return error == .ioOnClosedChannel || error == .eof }
    return (error as? HTTPClientError) == .remoteConnectionClosed
  }

  private static let slow: [HTTPClientError] = [
    .readTimeout, .writeTimeout, .deadlineExceeded, .connectTimeout,
  ]
}

package import HTTPMessages

/// What is known of a request once its head has been read.
package struct InspectedRequest: Sendable {
  package let head: RequestHead
  package let connection: ConnectionFacts
  /// Whether somebody else holds the body, and has not said whether there is one or how long it is:
  /// what the contract says about it cannot be checked then.
  package var isBodyUnseen = false

  package init(head: RequestHead, connection: ConnectionFacts) {
    self.head = head
    self.connection = connection
  }

  /// A request on a connection without TLS.
  package init(head: RequestHead, source: String) {
    self.init(head: head, connection: ConnectionFacts(plainFrom: source))
  }

  /// The address that the connection comes from, without a port.
  package var source: String { self.connection.source }

  /// The size of the body where it was announced; 0 for none.
  var announcedBody: UInt64? {
    switch self.head.framing {
    case .none: 0
    case .contentLength(let count): count
    case .chunked, .untilClose: nil
    }
  }
}

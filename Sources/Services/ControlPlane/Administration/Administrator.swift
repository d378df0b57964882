/// Who administers, as the kernel or the transport vouches for it.
package struct Administrator: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The user behind the peer of the admin socket.
  package init(uid: UInt32) {
    self.description = "uid:\(uid)"
  }
}

/// An administrative request that cannot be fulfilled, in a way that the caller can act on.
package struct AdministrationError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notFound = "not-found"
    case invalid
    case conflict
    case unavailable
  }
  package let code: Code
  package let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

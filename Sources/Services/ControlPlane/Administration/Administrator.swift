/// Who administers, as the kernel or the transport vouches for it.
package struct Administrator: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package let rights: Set<AdministratorRight>

  /// The user behind the peer of the admin socket.
  /// - Parameter rights: what the user may do beyond what every administrator may.
  package init(uid: UInt32, rights: Set<AdministratorRight>) {
    self.description = "uid:\(uid)"
    self.rights = rights
  }
}

/// What not every administrator may do.
package enum AdministratorRight: String, Hashable, Sendable, CaseIterable {
  /// Put a `forbid` into shadow, which opens what it closes.
  case shadowForbid = "shadow-forbid"
}

/// An administrative request that cannot be fulfilled, in a way that the caller can act on.
package struct AdministrationError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case notFound = "not-found"
    case invalid
    case conflict
    /// The administrator lacks a right.
    case forbidden
    case unavailable
  }
  package let code: Code
  package let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

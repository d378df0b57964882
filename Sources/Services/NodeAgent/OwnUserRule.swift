package import Credentials

/// What evidence with the agent's own user is worth.
///
/// Whoever runs as the agent's user can read what the agent holds and pose as any of its children,
/// so that such evidence proves nothing.
package enum OwnUIDRule: Sendable {
  /// It earns nothing.
  case refused(uid: UInt32)
  /// It counts like any other, and the warning is given once for each executable.
  case allowedWithWarning(uid: UInt32, warn: @Sendable (OwnUserWarning) -> Void)
}

/// A process of the agent's own user was given an identity.
package struct OwnUserWarning: Sendable {
  package let reason: Reason
  /// The path of the executable, empty if it is not known.
  package let path: String

  package init(reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }
}

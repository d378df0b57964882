package import CedarPolicy

/// Which policies of a set are in force, and which are in shadow: evaluated, and never deciding.
package struct PolicyModes: Sendable {
  /// The annotation that puts a policy into shadow: `@mode("shadow")`.
  package static let annotation = "mode"
  package static let shadow = "shadow"

  package private(set) var enforced = PolicySet()
  package private(set) var shadows: [Policy] = []

  /// - Throws: ``InvalidPolicyFile`` for a mode that there is not: a policy that somebody meant to be
  ///   in shadow must not be in force, nor the other way round.
  package init(_ policies: PolicySet) throws {
    for policy in policies.policies {
      if try Self.isShadow(policy) {
        self.shadows.append(policy)
      } else {
        try self.enforced.add(policy)
      }
    }
  }

  package var hasShadows: Bool { !self.shadows.isEmpty }

  /// A `forbid` in shadow is a door that somebody opened: putting one there takes a right of its own.
  package var shadowedForbids: [Policy] { self.shadows.filter { $0.effect == .forbid } }

  package static func isShadow(_ policy: Policy) throws(InvalidPolicyFile) -> Bool {
    guard let mode = policy.annotations[Self.annotation] else { return false }
    guard mode == Self.shadow else {
      throw InvalidPolicyFile(
        location: "\(policy.span.line):\(policy.span.column)",
        description: "`\(policy.id)`: expected `@mode(\"shadow\")`, or no `@mode` at all, "
          + "found another mode")
    }
    return true
  }
}

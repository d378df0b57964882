/// What is known of a workload when a decision about it is made: what its registration says, and in
/// which state it was last reported to be.
package struct WorkloadFacts: Hashable, Sendable {
  package var owner: String
  package var environment: String
  package var kind: String
  /// Empty where the registration names none.
  package var tenant: String
  package var groups: [String]
  /// At most one fact of each name.
  package var posture: [PostureFact]

  package init(
    owner: String = "", environment: String = "", kind: String = "", tenant: String = "",
    groups: [String] = [], posture: [PostureFact] = []
  ) {
    self.owner = owner
    self.environment = environment
    self.kind = kind
    self.tenant = tenant
    self.groups = groups
    self.posture = posture
  }
}

/// Something that an attestor or an administrator's feed found of a workload's condition.
package struct PostureFact: Hashable, Sendable {
  /// For example `diskEncryption`.
  package let name: String
  package let value: String
  /// Unix seconds.
  package let observedAt: Int64

  package init(name: String, value: String, observedAt: Int64) {
    self.name = name
    self.value = value
    self.observedAt = observedAt
  }

  /// Seconds since it was found; nothing is found in the future.
  package func age(at now: Int64) -> Int64 {
    let (age, overflow) = now.subtractingReportingOverflow(self.observedAt)
    return overflow ? (now < self.observedAt ? 0 : .max) : max(0, age)
  }

  /// Whether a name may be a fact's: a Cedar identifier, so that policies write it with a dot.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
    return isLetter(first)
      && text.utf8.allSatisfy {
        isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
  }
}

/// What would have been decided if the policies in shadow were in force; only where that is something
/// else than what was decided.
package struct ShadowOutcome: Hashable, Sendable {
  package let isAllowed: Bool
  /// The policies that would have made the decision.
  package let policies: [String]

  package init(isAllowed: Bool, policies: [String]) {
    self.isAllowed = isAllowed
    self.policies = policies
  }
}

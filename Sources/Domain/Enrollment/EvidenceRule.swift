/// One way to earn an identity: every named fact must have the named value.
package struct EvidenceRule: Hashable, Sendable {
  package let attestor: String
  package let match: [String: String]

  /// - Throws: `InvalidEvidenceRule` for an empty match, which every process would satisfy.
  package init(attestor: String, match: [String: String]) throws(InvalidEvidenceRule) {
    guard !match.isEmpty else {
      throw InvalidEvidenceRule(
        description: "evidence that matches nothing in particular would match everybody: "
          + "name at least one fact")
    }
    self.attestor = attestor
    self.match = match
  }

  /// The facts that tell users of one machine apart.
  private static let userFacts: Set<String> = [
    "uid", "user", "gid", "group", "supplementary_gid", "supplementary_group",
  ]

  /// Whether it takes a certain user or group. A program's path or digest alone is earned by whoever
  /// can run the program, with libraries of his own loaded into it.
  package var namesUser: Bool {
    self.attestor != "unix" || self.match.keys.contains(where: Self.userFacts.contains)
  }

  /// Whether the evidence has every named fact.
  package func isSatisfied(by evidence: Evidence) -> Bool {
    evidence.attestor == self.attestor
      && self.match.allSatisfy { evidence.facts[$0.key]?.contains($0.value) ?? false }
  }
}

/// The rule cannot be one.
package struct InvalidEvidenceRule: Error, CustomStringConvertible {
  package let description: String
}

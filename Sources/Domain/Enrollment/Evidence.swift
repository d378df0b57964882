/// Facts that an attestor verified about the party that asks for an identity.
///
/// A fact may have several values (supplementary groups), and a fact that could not be learned is
/// absent: a rule that names it does not match.
package struct Evidence: Hashable, Sendable {
  /// The attestor that verified the facts, for example `unix`.
  package let attestor: String
  /// The values of each fact, by the name that manifests use.
  package let facts: [String: Set<String>]
  /// The node on which the facts were verified.
  package let node: String

  package init(attestor: String, facts: [String: Set<String>], node: String) {
    self.attestor = attestor
    self.facts = facts
    self.node = node
  }
}

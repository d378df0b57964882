import CedarPolicy
import Credentials

/// Principals that no manifest describes, where they may ask too: those of an issuer that is not ours.
///
/// Policies can name them, and then they are entities. All others are one entity that no policy names.
/// No policy can tell: Cedar compares an entity with what is written, and reads its attributes and
/// groups, which are the same for all of these.
struct UnregisteredPrincipals: Sendable {
  /// Nothing but that they are somebody else's.
  static let facts = WorkloadFacts(kind: "external")

  private let named: Set<String>
  /// Stands for all that are not named.
  private let standIn: String

  init(namedIn policies: PolicySet, besides registered: Set<String>) throws {
    let type = try Vocabulary.type("Workload")
    let names = policies.policies.flatMap { NamedEntities(in: $0).all.map(\.uid) }
      .filter { $0.type == type }.map(\.id)
    self.named = Set(names).subtracting(registered)
    var standIn = "unregistered"
    while self.named.contains(standIn) || registered.contains(standIn) { standIn += "-" }
    self.standIn = standIn
  }

  /// The names of their entities.
  var all: [String] { self.named.sorted() + [self.standIn] }

  func entityName(of principal: String) -> String {
    self.named.contains(principal) ? principal : self.standIn
  }
}

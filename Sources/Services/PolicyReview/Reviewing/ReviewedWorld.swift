package import Authorization
package import OpenAPIContract

/// What policies are reviewed against: the world that decides at this moment.
package struct ReviewedWorld: Sendable {
  package let revision: Int64
  package let model: AuthorizationModel
  /// By the names of their services.
  package let contracts: [String: Contract]

  package init(revision: Int64, model: AuthorizationModel, contracts: [String: Contract]) {
    self.revision = revision
    self.model = model
    self.contracts = contracts
  }
}

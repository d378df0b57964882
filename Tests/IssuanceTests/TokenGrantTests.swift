import Credentials
import Issuance
import Testing

@Suite struct TokenGrantTests {
  private let target = TokenTarget(
    service: "orders", audience: "https://orders.example",
    declaredScopes: ["orders.read", "orders.write"], tokenLifetime: 600)

  @Test("a grant lives as long as its target says and has the scopes that were asked for")
  func granted() throws {
    let grant = try TokenGrant(target: self.target, scopes: ["orders.write"], now: 1000)
    #expect(grant.scopes == ["orders.write"])
    #expect(grant.issuedAt == 1000 && grant.expiresAt == 1600)
  }

  @Test("asking for no scope grants none")
  func noScope() throws {
    #expect(try TokenGrant(target: self.target, scopes: [], now: 0).scopes == [])
  }

  @Test(
    "one scope that the contract does not declare refuses all",
    arguments: [["orders.delete"], ["orders.read", "admin"], ["Orders.read"], [""], ["orders"]])
  func undeclared(scopes: [String]) {
    do {
      _ = try TokenGrant(target: self.target, scopes: scopes, now: 0)
      Issue.record("granted")
    } catch {
      guard case .invalidScope(let reason) = error else {
        Issue.record("refused as \(error)")
        return
      }
      #expect(reason.code == "scope-unknown")
      for scope in scopes where !scope.isEmpty && scope != "orders" {
        #expect(!reason.message.contains(scope))
      }
    }
  }
}

import Credentials
import SPIFFE
import Testing

@Suite struct RevocationViewTests {
  private let workload: SPIFFEID
  private let other: SPIFFEID

  init() throws {
    self.workload = try SPIFFEID(parsing: "spiffe://example.org/shop")
    self.other = try SPIFFEID(parsing: "spiffe://example.org/other")
  }

  private func subject(
    _ id: String = "c1", keyID: String? = "k1", of workload: SPIFFEID? = nil, issuedAt: Int64 = 100
  ) throws -> RevocationView.Subject {
    .init(
      id: try CredentialID(id), keyID: keyID, workload: workload ?? self.workload,
      issuedAt: issuedAt)
  }

  @Test("nothing is revoked by an empty view")
  func empty() throws {
    #expect(RevocationView().revocation(of: try self.subject()) == nil)
    #expect(RevocationView().cutoff(for: self.workload) == nil)
  }

  @Test("a credential is refused by its id, and no other is")
  func byID() throws {
    let view = RevocationView(credentials: [try CredentialID("c1")])
    #expect(view.revocation(of: try self.subject())?.code == "credential-revoked")
    #expect(view.revocation(of: try self.subject("c2")) == nil)
  }

  @Test("a key refuses all that it signed")
  func byKey() throws {
    let view = RevocationView(keys: ["k1"])
    #expect(view.revocation(of: try self.subject())?.code == "key-revoked")
    #expect(view.revocation(of: try self.subject(keyID: "k2")) == nil)
    #expect(view.revocation(of: try self.subject(keyID: nil)) == nil)
  }

  @Test(
    "a cut-off refuses what was issued in its second and before",
    arguments: [(99, true), (100, true), (101, false), (Int64.min, true), (.max, false)]
      as [(Int64, Bool)])
  func byCutoff(issuedAt: Int64, isRefused: Bool) throws {
    let view = RevocationView(cutoffs: [Principal(self.workload): 100])
    let reason = view.revocation(of: try self.subject(issuedAt: issuedAt))
    #expect((reason?.code == "workload-revoked") == isRefused)
    #expect(view.revocation(of: try self.subject(of: self.other, issuedAt: issuedAt)) == nil)
  }

  @Test("a cut-off for everybody and one of a workload's own: the later counts")
  func laterCutoff() throws {
    var view = RevocationView(cutoffs: [Principal(self.workload): 100], issuedBefore: 50)
    #expect(view.cutoff(for: self.workload) == 100)
    #expect(view.cutoff(for: self.other) == 50)
    view.issuedBefore = 200
    #expect(view.cutoff(for: self.workload) == 200)
    #expect(view.revocation(of: try self.subject(of: self.other, issuedAt: 200)) != nil)
    #expect(view.revocation(of: try self.subject(of: self.other, issuedAt: 201)) == nil)
  }
}

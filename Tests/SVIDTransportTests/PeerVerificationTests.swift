import SPIFFE
import SVIDTransport
import Testing

@Suite struct PeerVerificationTests {
  @Test("the wanted peer is known by its SPIFFE ID, and nobody else is")
  func wanted() async throws {
    let authority = try TestAuthority()
    let verification = try authority.verification(of: "/gateway")
    #expect(
      await verification.verify(chainDER: try authority.identity("/gateway").chain)
        == (try authority.id("/gateway")))
    for other in [
      try authority.identity("/gateway/x"), try authority.identity("/other"),
      try TestAuthority().identity("/gateway"),
      try TestAuthority("example.com").identity("/gateway"),
      try authority.identity("/gateway", notAfter: TestAuthority.now - 1),
    ] {
      #expect(await verification.verify(chainDER: other.chain) == nil)
    }
  }

  @Test("what is no chain of certificates is refused")
  func malformed() async throws {
    let authority = try TestAuthority()
    let verification = try authority.verification(of: "/gateway")
    let leaf = try #require(try authority.identity("/gateway").chain.first)
    for chain in [
      [], [[]], [[0x30]], [Array(leaf.dropLast())], [leaf + [0]], Array(repeating: leaf, count: 6),
      [[UInt8](repeating: 0xFF, count: 1 << 20)],
    ] {
      #expect(await verification.verify(chainDER: chain) == nil)
    }
  }

  @Test("bundles that cannot be had verify nobody")
  func noBundles() async throws {
    struct Unavailable: Error {}
    let authority = try TestAuthority()
    let verification = PeerVerification(
      bundles: { throw Unavailable() }, now: { TestAuthority.now }, isWanted: { _ in true })
    #expect(await verification.verify(chainDER: try authority.identity("/gateway").chain) == nil)
  }

  @Test("a private key never shows")
  func redacted() throws {
    let identity = try TestAuthority().identity("/gateway")
    var dumped = ""
    dump(identity, to: &dumped)
    for text in [dumped, "\(identity)", String(reflecting: identity)] {
      #expect(!text.contains("privateKey") && !text.contains("[") && !text.contains(", "))
    }
  }
}

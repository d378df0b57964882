import Credentials
import Crypto
import HTTPMessages
import Inspection
import JOSE
import OAuth
import SPIFFE
import StrictJSON
import TestIssuers
import Testing

@Suite("What is remembered of credentials")
struct CredentialMemoryTests {
  @Test("a token is verified twice, then known, and every meaning is looked at again")
  func meaningIsNotRemembered() throws {
    var situation = Situation()
    let token = try situation.issuer.token()
    for _ in 0..<4 { #expect(try situation.inspect(token: token).permit != nil) }
    #expect(situation.memory.hits == 2)
    situation.revocations = RevocationView(credentials: [try CredentialID("token-1")])
    #expect(try situation.inspect(token: token).refusal?.name == "token-revoked")
    situation.revocations = RevocationView()
    situation.workloads = []
    #expect(try situation.inspect(token: token).refusal?.name == "workload-unknown")
    situation.workloads = ["spiffe://example.org/shop/checkout"]
    situation.now = Instant(seconds: 1_000_300)
    #expect(try situation.inspect(token: token).refusal?.name == "token-expired")
    situation.now = Instant(seconds: 999_000)
    #expect(try situation.inspect(token: token).refusal?.name == "token-not-yet-valid")
    #expect(situation.memory.hits == 6)
  }

  @Test("another epoch of the issuer's keys makes it be verified again")
  func epoch() throws {
    var situation = Situation()
    let token = try situation.issuer.token()
    for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    #expect(situation.memory.tokens.count == 1)
    situation.ownKeys = .available(try TestIssuer().issuerKeys())
    #expect(try situation.inspect(token: token).refusal?.name == "signature-invalid")
    #expect(situation.memory.tokens.count == 0)
    situation.ownKeys = nil
    #expect(try situation.inspect(token: token).permit != nil)
    #expect(situation.memory.tokens.count == 1)
  }

  @Test("a token that differs in one character, or in its signature alone, is another token")
  func wholeToken() throws {
    let situation = Situation()
    let token = try situation.issuer.token()
    for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    let parts = token.split(separator: ".")
    let other = try situation.issuer.token(["jti": "token-2"]).split(separator: ".")
    // The same last bytes, and so the same place, under another payload.
    let swapped = "\(parts[0]).\(other[1]).\(parts[2])"
    #expect(try situation.inspect(token: swapped).refusal?.name == "signature-invalid")
    #expect(try situation.inspect(token: token + "=").refusal?.name == "token-malformed")
  }

  @Test("only what was verified is remembered, within bounds, and the least used goes first")
  func bounds() throws {
    let situation = Situation()
    for number in 0..<300 {
      let token = try situation.issuer.token(["jti": .string("token-\(number)")])
      for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    }
    #expect((1...64).contains(situation.memory.tokens.count))
    let before = situation.memory.tokens.count
    #expect(try situation.inspect(token: TestIssuer().token()).permit == nil)
    #expect(situation.memory.tokens.count == before)
    let long = try situation.issuer.token(["x": .string(String(repeating: "x", count: 5_000))])
    for _ in 0..<2 { #expect(try situation.inspect(token: long).permit != nil) }
    #expect(situation.memory.recall(Array(long.utf8)[...]) == nil)
  }

  @Test("a token is kept once it comes for the second time, and one that comes once never is")
  func firstUse() throws {
    let situation = Situation()
    for number in 0..<100 {
      let token = try situation.issuer.token(["jti": .string("token-\(number)")])
      #expect(try situation.inspect(token: token).permit != nil)
    }
    #expect(situation.memory.tokens.count == 0)
    let again = try situation.issuer.token(["jti": "again"])
    for _ in 0..<2 { #expect(try situation.inspect(token: again).permit != nil) }
    #expect(situation.memory.tokens.count == 1)
    #expect(situation.memory.hits == 0)
    #expect(try situation.inspect(token: again).permit != nil)
    #expect(situation.memory.hits == 1)
  }

  @Test("in a full memory a token takes another's place once it comes for the second time")
  func secondUse() throws {
    let situation = Situation()
    for number in 0..<1_000 where situation.memory.tokens.count < 64 {
      let token = try situation.issuer.token(["jti": .string("token-\(number)")])
      for _ in 0..<2 { #expect(try situation.inspect(token: token).permit != nil) }
    }
    try #require(situation.memory.tokens.count == 64)
    let late = try situation.issuer.token(["jti": "late"])
    situation.memory.hits = 0
    for _ in 0..<2 { #expect(try situation.inspect(token: late).permit != nil) }
    #expect(situation.memory.hits == 0)
    #expect(try situation.inspect(token: late).permit != nil)
    #expect(situation.memory.hits == 1)
    #expect(situation.memory.tokens.count == 64)
  }

  @Test(
    "too many failures shut a source out before a signature is checked; a known token still passes")
  func limiter() throws {
    let situation = Situation()
    situation.memory.limiter = FailureLimiter(.init(burst: 3, perSecond: 1, sources: 64))
    let known = try situation.issuer.token()
    for _ in 0..<2 { #expect(try situation.inspect(token: known).permit != nil) }
    let forged = TestIssuer()
    for _ in 0..<3 {
      #expect(try situation.inspect(token: forged.token()).refusal?.name == "signature-invalid")
    }
    let fresh = try situation.issuer.token(["jti": "token-2"])
    let refusal = try #require(try situation.inspect(token: fresh).refusal)
    #expect(refusal.code == "source-limit/failed-verifications")
    #expect(refusal.status.code == 429)
    #expect(refusal.field("Retry-After") == "1")
    #expect(try situation.inspect(token: known).permit != nil)
    var later = situation
    later.now = Instant(seconds: 1_000_101)
    #expect(try later.inspect(token: fresh).permit != nil)
    var elsewhere = situation
    elsewhere.connection = ConnectionFacts(plainFrom: "192.0.2.2")
    #expect(try elsewhere.inspect(token: fresh).permit != nil)
  }
}

@Suite("Limits of failures")
struct FailureLimiterTests {
  @Test("failures drain with time, and a clock that is set back forgives nothing")
  func drain() {
    var limiter = FailureLimiter(.init(burst: 2, perSecond: 2, sources: 8))
    for _ in 0..<10 { limiter.noteFailure(of: 1, at: 100) }
    let wait = limiter.secondsUntilCheck(for: 1, at: 100)
    #expect(wait == 2)
    #expect(limiter.secondsUntilCheck(for: 1, at: 0) == 2)
    #expect(limiter.secondsUntilCheck(for: 1, at: 102) == nil)
    #expect(limiter.secondsUntilCheck(for: 2, at: 100) == nil)
    limiter.noteFailure(of: 1, at: .max)
    limiter.noteFailure(of: 1, at: .min)
    #expect(limiter.secondsUntilCheck(for: 1, at: .max) == nil)
  }

  @Test("any number of sources fits, and the worst is not forgotten for many that failed once")
  func bounded() {
    var limiter = FailureLimiter(.init(burst: 5, perSecond: 1, sources: 64))
    for _ in 0..<20 { limiter.noteFailure(of: 42, at: 0) }
    for source in 0..<100_000 as Range<UInt64> where source != 42 {
      limiter.noteFailure(of: source, at: 0)
    }
    #expect(limiter.secondsUntilCheck(for: 42, at: 0) != nil)
  }

  @Test(
    "one network of IPv6, however written, is one source; IPv4 addresses are each their own",
    arguments: [
      ("2001:db8::1", "2001:db8:0:0:ffff::2", true), ("2001:db8::1", "2001:DB8::", true),
      ("2001:db8::1", "2001:0db8:0000:0000:1:2:3:4", true), ("::1", "::2", true),
      ("2001:db8::1", "2001:db8:0:1::1", false), ("2001:db8::1", "2001:db9::1", false),
      ("fe80::1%eth0", "fe80::2%eth1", true), ("192.0.2.1", "192.0.2.2", false),
      ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false), ("::ffff:192.0.2.1", "192.0.2.1", true),
      ("1:2:3:4:5:6:7::", "1:2:3:4::", true), ("unknown", "unknown", true),
      (":::::::::", "::1", false), ("", "unknown", false),
    ])
  func networks(_ left: String, _ right: String, _ areOne: Bool) {
    let keys = [left, right].map { ConnectionFacts(plainFrom: $0).sourceKey }
    #expect((keys[0] == keys[1]) == areOne)
  }
}

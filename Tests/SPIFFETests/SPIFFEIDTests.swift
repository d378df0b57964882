import SPIFFE
import Testing

@Suite("SPIFFE ID")
struct SPIFFEIDTests {
  @Test(
    "legal IDs are read and written unchanged",
    arguments: [
      "spiffe://example.org", "spiffe://example.org/a", "spiffe://example.org/a/b/C-1_2.3",
      "spiffe://10.0.0.1/ipv4-looking", "spiffe://a_b-c.d/x", "spiffe://example.org/...",
      "spiffe://example.org/.a", "spiffe://example.org/a..", "spiffe://example.org/..a/b",
    ])
  func legal(_ text: String) throws {
    let id = try SPIFFEID(parsing: text)
    #expect(id.description == text)
    #expect(try SPIFFEID(trustDomain: id.trustDomain, path: id.path) == id)
    #expect(try SPIFFEID(trustDomain: id.trustDomain, segments: id.segments) == id)
  }

  @Test(
    "texts that break a rule are refused with that rule",
    arguments: [
      ("", .scheme), ("spiffe:", .scheme), ("spiffe:/example.org", .scheme),
      ("Spiffe://example.org/a", .scheme), ("SPIFFE://example.org/a", .scheme),
      (" spiffe://example.org/a", .scheme), ("https://example.org/a", .scheme),
      ("spiffe://", .trustDomainMissing), ("spiffe:///a", .trustDomainMissing),
      ("spiffe://Example.org/a", .trustDomainCharacter),
      ("spiffe://example.org:443/a", .trustDomainCharacter),
      ("spiffe://user@example.org/a", .trustDomainCharacter),
      ("spiffe://[::1]/a", .trustDomainCharacter),
      ("spiffe://ex%61mple.org/a", .trustDomainCharacter),
      ("spiffe://example.org?q", .trustDomainCharacter),
      ("spiffe://example.org#f", .trustDomainCharacter),
      ("spiffe://example.org\n", .trustDomainCharacter),
      ("spiffe://example.org\r\n/a", .trustDomainCharacter),
      ("spiffe://example.org\0/a", .trustDomainCharacter),
      ("spiffe://ex\u{0430}mple.org/a", .trustDomainCharacter),
      ("spiffe://example\u{3002}org/a", .trustDomainCharacter),
      ("spiffe://example.org\u{FF0F}a", .trustDomainCharacter),
      ("spiffe://example.org\\a", .trustDomainCharacter),
      ("spiffe://example.org/", .emptySegment), ("spiffe://example.org/a/", .emptySegment),
      ("spiffe://example.org//a", .emptySegment), ("spiffe://example.org/a//b", .emptySegment),
      ("spiffe://example.org/.", .relativeSegment), ("spiffe://example.org/..", .relativeSegment),
      ("spiffe://example.org/a/../b", .relativeSegment),
      ("spiffe://example.org/a/.", .relativeSegment),
      ("spiffe://example.org/%61", .pathCharacter), ("spiffe://example.org/a%2Fb", .pathCharacter),
      ("spiffe://example.org/a\n", .pathCharacter), ("spiffe://example.org/a\r\n", .pathCharacter),
      ("spiffe://example.org/a b", .pathCharacter), ("spiffe://example.org/a?q", .pathCharacter),
      ("spiffe://example.org/a#f", .pathCharacter), ("spiffe://example.org/a:b", .pathCharacter),
      ("spiffe://example.org/a*", .pathCharacter),
      ("spiffe://example.org/\u{212A}", .pathCharacter),
      ("spiffe://example.org/\u{0301}a", .pathCharacter),
      ("spiffe://example.org/a\u{0301}", .pathCharacter),
      ("spiffe://example.org/\u{2024}\u{2024}", .pathCharacter),
    ] as [(String, InvalidSPIFFEID.Reason)])
  func illegal(_ text: String, _ reason: InvalidSPIFFEID.Reason) {
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(parsing: text) }
    do {
      _ = try SPIFFEID(parsing: text)
    } catch {
      #expect(error.reason == reason)
    }
  }

  @Test("an ID of 2048 bytes is read, one of 2049 is not")
  func length() throws {
    let prefix = "spiffe://example.org/"
    let longest = prefix + String(repeating: "a", count: 2048 - prefix.utf8.count)
    #expect(try SPIFFEID(parsing: longest).description == longest)
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(parsing: longest + "a") }
    let huge = prefix + String(repeating: "a/", count: 500_000)
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(parsing: huge) }
    let domain = try TrustDomain(parsing: "example.org")
    let segment = String(repeating: "a", count: 2048)
    #expect(throws: InvalidSPIFFEID.self) {
      try SPIFFEID(trustDomain: domain, segments: [segment])
    }
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(trustDomain: domain, path: "/" + segment) }
  }

  @Test("a trust domain of 255 bytes is read, one of 256 is not")
  func trustDomainLength() throws {
    let longest = String(repeating: "a", count: 255)
    #expect(try TrustDomain(parsing: longest).description == longest)
    #expect(throws: InvalidSPIFFEID.self) { try TrustDomain(parsing: longest + "a") }
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(parsing: "spiffe://\(longest)a/b") }
  }

  @Test("a path without a leading slash is refused, an empty path is the trust domain's ID")
  func path() throws {
    let domain = try TrustDomain(parsing: "example.org")
    #expect(throws: InvalidSPIFFEID.self) { try SPIFFEID(trustDomain: domain, path: "a") }
    let id = try SPIFFEID(trustDomain: domain, path: "")
    #expect(id == domain.id)
    #expect(id.isTrustDomainID)
    #expect(id.segments.isEmpty)
  }

  @Test("segments that hold a slash or nothing are refused")
  func segments() throws {
    let domain = try TrustDomain(parsing: "example.org")
    for segment in ["", "a/b", "..", "a\n", "%41"] {
      #expect(!SPIFFEID.isLegalSegment(segment))
      #expect(throws: InvalidSPIFFEID.self) {
        try SPIFFEID(trustDomain: domain, segments: ["x", segment])
      }
    }
    #expect(try SPIFFEID(trustDomain: domain, segments: ["x", "y"]).path == "/x/y")
  }

  @Test("IDs that differ in the case of the path are different")
  func caseMatters() throws {
    let lower = try SPIFFEID(parsing: "spiffe://example.org/a")
    let upper = try SPIFFEID(parsing: "spiffe://example.org/A")
    #expect(lower != upper)
    #expect(Set([lower, upper, lower]).count == 2)
  }
}

@Suite("Path template")
struct PathTemplateTests {
  private let domain = try? TrustDomain(parsing: "example.org")

  @Test("facts fill whole segments and are never rewritten")
  func fills() throws {
    let template = try PathTemplate(parsing: "/ci/{repository_id}/{ref.name}")
    let domain = try #require(self.domain)
    let facts = ["repository_id": "42", "ref.name": "main"]
    #expect(template.factNames == ["repository_id", "ref.name"])
    #expect(!template.isConstant)
    #expect(
      try template.id(in: domain) { facts[$0] }.description == "spiffe://example.org/ci/42/main")
  }

  @Test(
    "a value that is not exactly one legal segment is refused",
    arguments: ["", ".", "..", "a/b", "/a", "a/", "a b", "a%2Fb", "a\n", "ä", "\u{0301}", "{x}"])
  func illegalValue(_ value: String) throws {
    let template = try PathTemplate(parsing: "/ci/{repository}")
    let domain = try #require(self.domain)
    #expect(throws: UnfilledPathTemplate.illegalValue(fact: "repository")) {
      try template.id(in: domain) { _ in value }
    }
  }

  @Test("a missing fact and an ID that would be too long are refused")
  func unfilled() throws {
    let template = try PathTemplate(parsing: "/{a}")
    let domain = try #require(self.domain)
    #expect(throws: UnfilledPathTemplate.missingValue(fact: "a")) {
      try template.id(in: domain) { _ in nil }
    }
    #expect(throws: UnfilledPathTemplate.tooLong) {
      try template.id(in: domain) { _ in String(repeating: "a", count: 2048) }
    }
  }

  @Test(
    "texts that are not templates are refused",
    arguments: [
      "", "a", "/", "//a", "/a/", "/a/..", "/a{b}", "/{b}a", "/{}", "/{a b}", "/{1}", "/{a", "/a}",
      "/{{a}}", "/{a}{b}", "/{a/b}", "/ä", "/\u{0301}a", "/a\n",
    ])
  func illegal(_ text: String) {
    #expect(throws: InvalidPathTemplate.self) { try PathTemplate(parsing: text) }
  }

  @Test("a template without facts is one path")
  func constant() throws {
    let template = try PathTemplate(parsing: "/shop/checkout")
    let domain = try #require(self.domain)
    #expect(template.isConstant)
    #expect(try template.id(in: domain) { _ in nil }.path == "/shop/checkout")
  }
}

@Suite("Workload endpoint address")
struct WorkloadEndpointAddressTests {
  @Test("addresses of both kinds are read")
  func legal() throws {
    #expect(
      try WorkloadEndpointAddress(parsing: "unix:///run/workload.sock")
        == .unix(path: "/run/workload.sock"))
    #expect(
      try WorkloadEndpointAddress(parsing: "unix:/run/workload.sock").description
        == "unix:///run/workload.sock")
    #expect(
      try WorkloadEndpointAddress(parsing: "tcp://127.0.0.1:8000")
        == .tcp(address: "127.0.0.1", port: 8000))
    let ipv6 = try WorkloadEndpointAddress(parsing: "tcp://[::1]:65535")
    #expect(ipv6 == .tcp(address: "::1", port: 65535))
    #expect(ipv6.description == "tcp://[::1]:65535")
  }

  @Test(
    "addresses that break a rule are refused with that rule",
    arguments: [
      ("", .scheme), ("/run/workload.sock", .scheme), ("http://127.0.0.1:1", .scheme),
      ("UNIX:///a", .scheme), ("tcp:127.0.0.1:1", .scheme),
      ("unix://host/a", .authority), ("unix://a", .authority),
      ("unix://", .pathNotAbsolute), ("unix:///", .pathNotAbsolute), ("unix:", .pathNotAbsolute),
      ("unix:a", .pathNotAbsolute),
      ("unix:///a?b", .otherComponent), ("unix:///a#b", .otherComponent),
      ("unix:///a%20b", .otherComponent), ("unix:///a\n", .pathCharacter),
      ("unix:///a\0b", .pathCharacter), ("unix:///a b", .pathCharacter),
      ("tcp://localhost:1", .hostNotNumeric), ("tcp://::1:1", .hostNotNumeric),
      ("tcp://[localhost]:1", .hostNotNumeric), ("tcp://127.1:1", .hostNotNumeric),
      ("tcp://[fe80::1%eth0]:1", .otherComponent), ("tcp://:1", .hostNotNumeric),
      ("tcp://127.0.0.1", .port), ("tcp://127.0.0.1:", .port), ("tcp://127.0.0.1:0", .port),
      ("tcp://127.0.0.1:65536", .port), ("tcp://127.0.0.1:+1", .port),
      ("tcp://127.0.0.1:01", .port), ("tcp://127.0.0.1:1/a", .otherComponent),
      ("tcp://u@127.0.0.1:1", .otherComponent), ("tcp://127.0.0.1:1?a", .otherComponent),
      ("tcp://127.0.0.1\0x:1", .hostNotNumeric), ("tcp://[::1:1", .hostNotNumeric),
    ] as [(String, InvalidWorkloadEndpointAddress.Reason)])
  func illegal(_ text: String, _ reason: InvalidWorkloadEndpointAddress.Reason) {
    do {
      let address = try WorkloadEndpointAddress(parsing: text)
      Issue.record("accepted as \(address)")
    } catch {
      #expect(error.reason == reason)
    }
  }

  @Test("a path of 107 bytes fits in a socket's address, one of 108 does not")
  func length() throws {
    let longest = "/" + String(repeating: "a", count: 106)
    #expect(try WorkloadEndpointAddress(parsing: "unix://" + longest) == .unix(path: longest))
    do {
      _ = try WorkloadEndpointAddress(parsing: "unix://" + longest + "a")
      Issue.record("a path of 108 bytes was accepted")
    } catch {
      #expect(error.reason == .pathTooLong)
    }
  }
}

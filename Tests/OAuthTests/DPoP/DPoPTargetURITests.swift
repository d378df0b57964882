import OAuth
import Testing

@Suite("URI of a DPoP proof")
struct DPoPTargetURITests {
  @Test("URIs that mean the same are equal")
  func equal() throws {
    let groups = [
      [
        "https://example.com", "https://example.com/", "https://EXAMPLE.com:443",
        "HTTPS://example.com:/", "https://example.com/.", "https://example.com/a/..",
        "https://ex%61mple.com/../", "https://example.com:0443/",
      ],
      [
        "http://example.com/a/b", "http://example.com:80/a/b", "http://example.com/a/./b",
        "http://example.com/x/../a/b", "http://example.com/%61/b", "http://example.com/%2e/a/b",
        "http://example.com/x/%2E%2e/a/b",
      ],
      ["https://example.com/%E4", "https://example.com/%e4"],
      ["https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"],
    ]
    for (number, group) in groups.enumerated() {
      let forms = Set(try group.map { try DPoPTargetURI(parsing: $0) })
      #expect(forms.count == 1, "group \(number): \(forms)")
    }
    #expect(
      Set(try groups.compactMap(\.first).map { try DPoPTargetURI(parsing: $0) }).count
        == groups.count)
  }

  @Test("URIs that mean different things are not equal")
  func different() throws {
    let texts = [
      "https://example.com/a", "http://example.com/a", "https://example.com/a/",
      "https://example.com/A", "https://example.com//a", "https://example.com/%2Fa",
      "https://example.com:8443/a", "https://example.org/a", "https://example.com./a",
      "https://example.com/a%3Fb", "https://example.com:80/a", "https://example.com/a;b",
    ]
    #expect(Set(try texts.map { try DPoPTargetURI(parsing: $0) }).count == texts.count)
  }

  @Test(
    "what is not a request's URI without its query is refused",
    arguments: [
      "", "/", "example.com", "https:", "https:/", "https://", "https:///a", "ftp://example.com/",
      "https://example.com?a", "https://example.com/?a", "https://example.com/#", "https://a@b/",
      "https://a:b@c/", "https://example.com:65536/", "https://example.com:8a/",
      "https://example.com:-1/", "https://example.com:000443/", "https://example.com/%",
      "https://example.com/%4", "https://example.com/%zz", "https://exa mple.com/",
      "https://example.com/\u{0}", "https://example.com/ä", "https://example.com/a\\b",
      "https://[::1", "https://[::1]x/", "https://example.com\r\n", "https://[:@]/",
    ])
  func refused(text: String) {
    #expect(throws: InvalidTargetURI.self) { try DPoPTargetURI(parsing: text) }
  }

  @Test("a huge URI is refused")
  func huge() {
    #expect(throws: InvalidTargetURI.self) {
      try DPoPTargetURI(parsing: "https://a/" + String(repeating: "a", count: 8_192))
    }
  }
}

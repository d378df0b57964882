import Gateway
import Testing

@Suite struct DocumentURLTests {
  @Test(arguments: [
    "https://id.example/keys", "https://id.example", "https://id.example:8443/a/b",
    "http://127.0.0.1:9000/keys", "http://127.8.9.1/keys", "http://localhost:1/k",
    "http://[::1]:9000/keys",
  ])
  func takesHTTPSAndThisMachine(text: String) throws {
    #expect(try DocumentURL(text).description == text)
  }

  @Test(arguments: [
    "", "id.example", "http://id.example/keys", "http://10.0.0.1/keys", "ftp://id.example/keys",
    "http://127.0.0.1.example/keys", "http://0127.0.0.1/keys", "http://localhost.example/",
    "https://user@id.example/keys", "http://127.0.0.1@id.example/", "https://id.example/keys?x=1",
    "https://id.example/keys#x", "https://id.example/a b", "https://id.example\\@127.0.0.1/",
    "https:///keys", "https://", "file:///etc/passwd", "https://id.example:99999/",
    "https://id.exämple/", "https://" + String(repeating: "a", count: 3000),
  ])
  func refusesEverythingElse(text: String) {
    #expect(throws: InvalidDocumentURL.self) { try DocumentURL(text) }
  }

  @Test(arguments: [
    (
      "https://id.example", "https://id.example/.well-known/openid-configuration",
      "https://id.example/.well-known/oauth-authorization-server"
    ),
    (
      "https://id.example/", "https://id.example/.well-known/openid-configuration",
      "https://id.example/.well-known/oauth-authorization-server"
    ),
    (
      "https://id.example/realms/a", "https://id.example/realms/a/.well-known/openid-configuration",
      "https://id.example/.well-known/oauth-authorization-server/realms/a"
    ),
  ])
  func findsMetadata(issuer: String, openID: String, oauth: String) throws {
    let url = try DocumentURL(issuer)
    #expect(try url.metadata(.openID).description == openID)
    #expect(try url.metadata(.oauth).description == oauth)
  }

  @Test func sameOriginMeansSchemeHostAndPort() throws {
    let url = try DocumentURL("https://id.example/a")
    #expect(url.isSameOrigin(as: try DocumentURL("https://id.example:443/b")))
    #expect(!url.isSameOrigin(as: try DocumentURL("https://id.example:444/a")))
    #expect(!url.isSameOrigin(as: try DocumentURL("https://other.example/a")))
  }
}

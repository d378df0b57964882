import AsyncHTTPClient
import Gateway
import IssuerDocuments
import NIOPosix
import Testing

@Suite struct HTTPDocumentsTests {
  private typealias Script = MisbehavingServer.Script

  private static func answer(_ text: String, _ fields: String = "") -> Script {
    Script(
      bytes: "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\(fields)\r\n\(text)")
  }

  /// The document that the script leads to, or why there is none.
  private func document(
    _ script: Script, limit: Int = 1000, timeout: Duration = .seconds(20),
    others: [String: Script] = [:]
  ) async throws -> Result<FetchedDocument, any Error> {
    var outcome: Result<FetchedDocument, any Error> = .failure(CancellationError())
    let http = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
      configuration: HTTPDocuments.configuration)
    try await MisbehavingServer.run(others.merging(["/keys": script]) { first, _ in first }) {
      server in
      let documents = HTTPDocuments(http: http, timeout: timeout)
      let url = try DocumentURL("http://127.0.0.1:\(server.port)/keys")
      do {
        outcome = .success(
          try await documents.document(
            DocumentRequest(url: url, maximumBytes: limit, authorities: nil)))
      } catch {
        outcome = .failure(error)
      }
    }
    try await http.shutdown()
    return outcome
  }

  private func failure(
    _ script: Script, limit: Int = 1000, timeout: Duration = .seconds(20),
    others: [String: Script] = [:]
  ) async throws -> String {
    switch try await self.document(script, limit: limit, timeout: timeout, others: others) {
    case .success: "none"
    case .failure(let error): (error as? DocumentFailure)?.description ?? "another: \(error)"
    }
  }

  @Test func bringsTheDocumentAndHowLongItIsFresh() async throws {
    let script = Self.answer("{}", "Cache-Control: public, max-age=120\r\nAge: 20\r\n")
    let document = try await self.document(script).get()
    #expect(document == FetchedDocument(bytes: Array("{}".utf8), maximumAge: 100))
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func followsNoRedirect(status: Int) async throws {
    let problem = try await self.failure(
      Script(
        bytes: "HTTP/1.1 \(status) Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"),
      others: ["/other": Self.answer("{}")])
    #expect(problem.contains("redirects are not followed"))
  }

  @Test(arguments: [201, 204, 400, 401, 404, 429, 500, 502, 503])
  func takesOnly200(status: Int) async throws {
    let problem = try await self.failure(
      Script(bytes: "HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n"))
    #expect(problem == "expected status 200, it answered \(status)")
  }

  @Test func takesNoMoreThanTheLimit() async throws {
    let whole = String(repeating: "x", count: 1000)
    #expect(try await self.document(Self.answer(whole)).get().bytes.count == 1000)
    #expect(try await self.failure(Self.answer(whole + "x")).contains("more than 1000 bytes"))
  }

  @Test func aBodyWithoutEndIsCutOff() async throws {
    let endless = Script(bytes: "HTTP/1.1 200 OK\r\n\r\n", closes: false, repeats: true)
    #expect(try await self.failure(endless).contains("more than 1000 bytes"))
  }

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
  ])
  func whoeverStopsTalkingIsLeft(bytes: String) async throws {
    let problem = try await self.failure(
      Script(bytes: bytes, closes: false), timeout: .milliseconds(300))
    #expect(problem != "none" && !problem.hasPrefix("another"))
  }

  @Test(arguments: [
    "", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  ])
  func whatIsCutShortOrNoHTTPIsNoDocument(bytes: String) async throws {
    let problem = try await self.failure(Script(bytes: bytes))
    #expect(problem.hasPrefix("no answer") || problem.contains("did not come"), "\(problem)")
  }

  @Test func nobodyThere() async throws {
    let http = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
      configuration: HTTPDocuments.configuration)
    let documents = HTTPDocuments(http: http, timeout: .seconds(20))
    let url = try DocumentURL("http://127.0.0.1:1/keys")
    await #expect(throws: DocumentFailure.self) {
      try await documents.document(
        DocumentRequest(url: url, maximumBytes: 10, authorities: nil))
    }
    try await http.shutdown()
  }

  @Test func certificatesOfOthersAreNotAccepted() async throws {
    // Plain bytes where TLS is expected: a failure with words, not a crash.
    let http = HTTPClient(
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
      configuration: HTTPDocuments.configuration)
    try await MisbehavingServer.run([:]) { server in
      let documents = HTTPDocuments(http: http, timeout: .milliseconds(500))
      let url = try DocumentURL("https://127.0.0.1:\(server.port)/keys")
      await #expect(throws: DocumentFailure.self) {
        try await documents.document(
          DocumentRequest(url: url, maximumBytes: 10, authorities: nil))
      }
      await #expect(throws: DocumentFailure.self) {
        try await documents.document(
          DocumentRequest(url: url, maximumBytes: 10, authorities: "not PEM"))
      }
    }
    try await http.shutdown()
  }
}

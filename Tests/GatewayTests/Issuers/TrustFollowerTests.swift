import Credentials
import Gateway
import JOSE
import Logging
import SPIFFE
import StrictJSON
import Synchronization
import Testing

/// Answers what the test says, and counts.
final class ScriptedDocuments: DocumentSource {
  private struct State {
    var answers: [String: Result<FetchedDocument, DocumentFailure>] = [:]
    var asked: [String] = []
  }

  private let state = Mutex(State())

  func answer(_ url: String, _ text: String, maximumAge: Int64? = nil) {
    self.state.withLock {
      $0.answers[url] = .success(
        FetchedDocument(bytes: Array(text.utf8), maximumAge: maximumAge))
    }
  }

  func fail(_ url: String) {
    self.state.withLock { $0.answers[url] = .failure(DocumentFailure("scripted")) }
  }

  var asked: [String] { self.state.withLock { $0.asked } }

  func document(_ request: DocumentRequest) async throws -> FetchedDocument {
    try self.state.withLock { state in
      state.asked.append(request.url.description)
      return try state.answers[request.url.description]?.get()
        ?? { throw DocumentFailure("nothing is there") }()
    }
  }
}

@Suite struct TrustFollowerTests {
  private static let issuer = "https://id.example"
  private static let metadata = "https://id.example/.well-known/openid-configuration"
  private let documents = ScriptedDocuments()
  private let directory = TrustDirectory()
  private let now = Atomic64(0)

  final class Atomic64: Sendable {
    private let value: Mutex<Int64>
    init(_ value: Int64) { self.value = Mutex(value) }
    var current: Int64 {
      get { self.value.withLock { $0 } }
      set { self.value.withLock { $0 = newValue } }
    }
  }

  private var follower: TrustFollower {
    let now = self.now
    return TrustFollower(
      directory: self.directory, documents: self.documents, uptime: { now.current },
      random: RandomSource { 7 }, pause: { _ in }, changed: {},
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func source(_ location: TrustSource.Location? = nil) throws -> TrustSource {
    TrustSource(owner: .issuer(Self.issuer), location: location ?? .discovery(.openID))
  }

  static func set(_ names: String...) -> String {
    guard case .keys(let keys) = RefreshCycleTests.keys(names[0]), let first = keys.first else {
      return ""
    }
    var all = [first]
    for name in names.dropFirst() {
      if case .keys(let keys) = RefreshCycleTests.keys(name) { all += keys }
    }
    return String(decoding: JSONWebKeySet(keys: all).serialized(), as: UTF8.self)
  }

  private func metadata(issuer: String = Self.issuer, keys: String = "https://id.example/keys")
    -> String
  { #"{"issuer": "\#(issuer)", "jwks_uri": "\#(keys)"}"# }

  private var standing: RefreshCycle.Standing? {
    self.directory.standing(of: .issuer(Self.issuer), at: self.now.current)
  }

  private var problem: String? {
    self.directory.reports(at: self.now.current).first?.problem
  }

  private func isMissing() -> Bool {
    if case .missing = self.standing { true } else { false }
  }

  @Test func findsTheKeysByTheMetadata() async throws {
    self.documents.answer(Self.metadata, self.metadata())
    self.documents.answer("https://id.example/keys", Self.set("a", "b"))
    self.directory.follow([try self.source()], at: 0)
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("a", "b"), epoch: 1))
  }

  @Test(arguments: [
    #"{"issuer": "https://other.example", "jwks_uri": "https://id.example/keys"}"#,
    #"{"issuer": "https://id.example/", "jwks_uri": "https://id.example/keys"}"#,
    #"{"issuer": "https://id.example", "jwks_uri": "https://other.example/keys"}"#,
    #"{"issuer": "https://id.example", "jwks_uri": "http://id.example/keys"}"#,
    #"{"issuer": "https://id.example", "jwks_uri": "http://127.0.0.1/keys"}"#,
    #"{"issuer": "https://id.example", "jwks_uri": "file:///keys"}"#,
    #"{"issuer": "https://id.example"}"#,
    #"{"issuer": "https://id.example", "issuer": "https://id.example", "jwks_uri": "https://id.example/keys"}"#,
    "[]", "", "{", "null", "{\"issuer\": 1}",
  ])
  func metadataOfAnotherLeadsNowhere(text: String) async throws {
    self.documents.answer(Self.metadata, text)
    for url in ["https://id.example/keys", "https://other.example/keys", "http://127.0.0.1/keys"] {
      self.documents.answer(url, Self.set("a"))
    }
    self.directory.follow([try self.source()], at: 0)
    await self.follower.fetchDue()
    #expect(self.isMissing())
    #expect(self.problem != nil)
    #expect(self.documents.asked == [Self.metadata])
  }

  @Test func aHostThatIsNamedMayHoldTheKeys() async throws {
    self.documents.answer(Self.metadata, self.metadata(keys: "https://keys.example/k"))
    self.documents.answer("https://keys.example/k", Self.set("a"))
    var source = try self.source()
    source.keyHosts = ["keys.example"]
    self.directory.follow([source], at: 0)
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("a"), epoch: 1))
  }

  @Test func plainHTTPNeedsPermission() async throws {
    let url = try DocumentURL("http://127.0.0.1:9/keys")
    self.documents.answer(url.description, Self.set("a"))
    self.directory.follow([try self.source(.document(url))], at: 0)
    await self.follower.fetchDue()
    #expect(self.documents.asked.isEmpty && self.isMissing())
    var source = try self.source(.document(url))
    source.permitsLoopbackHTTP = true
    self.directory.follow([source], at: 0)
    await self.follower.fetchDue()
    #expect(!self.isMissing())
  }

  @Test func oneBadKeyDoesNotTakeTheOthersAway() async throws {
    let good = Self.set("a").dropFirst(9).dropLast(2)
    let bad = [
      #"{"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"}"#,
      #"{"kty": "EC", "crv": "P-256", "kid": "off", "x": "AAAA", "y": "AAAA"}"#,
      #"{"kty": "oct", "kid": "secret", "k": "AAAA"}"#, #"{"kty": "PQ", "kid": "new"}"#, "7", "{}",
    ].joined(separator: ",")
    self.documents.answer("https://id.example/keys", "{\"keys\": [\(bad), \(good)]}")
    let url = try DocumentURL("https://id.example/keys")
    self.directory.follow([try self.source(.document(url))], at: 0)
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("a"), epoch: 1))
  }

  @Test(arguments: ["", "{", "[]", "{}", "{\"keys\": 7}", "<html>", "{\"keys\": []} x"])
  func whatIsNoSetChangesNothing(text: String) async throws {
    let url = try DocumentURL("https://id.example/keys")
    self.documents.answer(url.description, Self.set("a"))
    self.directory.follow([try self.source(.document(url))], at: 0)
    await self.follower.fetchDue()
    self.documents.answer(url.description, text)
    self.now.current = 600_000
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("a"), epoch: 1))
    #expect(self.problem != nil)
    // And recovers.
    self.documents.answer(url.description, Self.set("b"))
    self.now.current = 700_000
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("b"), epoch: 2))
    #expect(self.problem == nil)
  }

  @Test func keyIDsAreEachIssuersOwn() async throws {
    let other = "https://other.example"
    self.documents.answer("https://id.example/keys", Self.set("a"))
    self.documents.answer("https://other.example/keys", Self.set("b"))
    self.directory.follow(
      [
        try self.source(.document(try DocumentURL("https://id.example/keys"))),
        TrustSource(
          owner: .issuer(other),
          location: .document(try DocumentURL("https://other.example/keys"))),
      ], at: 0)
    await self.follower.fetchDue()
    #expect(self.standing == .current(RefreshCycleTests.keys("a"), epoch: 1))
    #expect(
      self.directory.standing(of: .issuer(other), at: 0)
        == .current(RefreshCycleTests.keys("b"), epoch: 1))
  }

  @Test func anUnknownKeyOfAnIssuerThatIsNotFollowedIsNothing() async throws {
    self.directory.unknownKey(of: .issuer("https://nobody.example"), at: 0)
    await self.follower.fetchDue()
    #expect(self.documents.asked.isEmpty)
  }

  @Test func aReloadKeepsWhatIsKnownOfAnUnchangedSource() async throws {
    let url = try DocumentURL("https://id.example/keys")
    self.documents.answer(url.description, Self.set("a"))
    var source = try self.source(.document(url))
    self.directory.follow([source], at: 0)
    await self.follower.fetchDue()
    source.timing.maximumStale = 100
    self.directory.follow([source], at: 1000)
    #expect(!self.isMissing())
    // Another address is another source.
    self.directory.follow(
      [try self.source(.document(try DocumentURL("https://id.example/other")))], at: 1000)
    #expect(self.isMissing())
    self.directory.follow([], at: 1000)
    #expect(self.standing == nil)
  }

  @Test func aBundleIsNotTakenBackToAnEarlierOne() async throws {
    let domain = try TrustDomain(parsing: "example.org")
    let url = try DocumentURL("https://spire.example/bundle")
    self.directory.follow(
      [TrustSource(owner: .trustDomain(domain), location: .document(url))], at: 0)
    self.documents.answer(url.description, #"{"keys": [], "spiffe_sequence": 5}"#)
    await self.follower.fetchDue()
    self.now.current = 600_000
    self.documents.answer(url.description, #"{"keys": [], "spiffe_sequence": 4}"#)
    await self.follower.fetchDue()
    guard
      case .current(.bundle(let bundle), _) = self.directory.standing(
        of: .trustDomain(domain), at: self.now.current)
    else {
      Issue.record("no bundle")
      return
    }
    #expect(bundle.sequence == 5)
    #expect(self.problem != nil)
  }
}

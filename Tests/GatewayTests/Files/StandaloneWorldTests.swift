import Credentials
import Gateway
import Inspection
import JOSE
import Logging
import OAuth
import SPIFFE
import TestIssuers
import Testing

@Suite struct StandaloneWorldTests {
  private let clock = SettableClock()
  private let documents = ScriptedDocuments()
  private let current: CurrentWorld
  private let world: StandaloneWorld
  private let follower: TrustFollower
  private static let url = "https://id.example/keys"

  init() {
    let clock = self.clock
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    self.current = CurrentWorld(stalenessMilliseconds: 30_000, uptime: { clock.uptime() })
    let world = StandaloneWorld(
      current: self.current, live: LiveRequests(), directory: TrustDirectory(), clock: clock,
      uptime: { clock.uptime() }, logger: logger)
    self.world = world
    self.follower = TrustFollower(
      directory: world.directory, documents: self.documents, uptime: { clock.uptime() },
      random: RandomSource { 1 }, pause: { _ in }, changed: { world.refresh() }, logger: logger)
  }

  private func files(stale: Int64 = 600) throws -> FileWorld {
    var source = TrustSource(
      owner: .issuer(TestIssuer.name), location: .document(try DocumentURL(Self.url)))
    source.timing.maximumStale = stale
    var settings = try FileSample.settings()
    settings.issuers = [
      .init(
        name: TestIssuer.name, profile: .rfc9068, algorithms: [.es256], trustDomains: [],
        keys: .followed(source))
    ]
    return try FileWorldBuilder(
      documents: [FileSample.service()], policies: [FileSample.policy], settings: settings
    ).build()
  }

  private enum Known: Equatable {
    case keys([String])
    case nothing
  }

  private var known: Known {
    guard case .available(let keys) = self.current.world?.issuers[TestIssuer.name]?.keys else {
      return .nothing
    }
    return .keys(keys.keyIDs)
  }

  @Test func keysComeGoAndComeBack() async throws {
    self.world.use(try self.files())
    #expect(self.known == .nothing)
    await self.follower.fetchDue()
    #expect(self.known == .nothing)
    self.documents.answer(Self.url, TrustFollowerTests.set("a"))
    self.clock.advance(bySeconds: 60)
    await self.follower.fetchDue()
    #expect(self.known == .keys(["a"]))
    self.documents.fail(Self.url)
    self.clock.advance(bySeconds: 500)
    await self.follower.fetchDue()
    self.world.refresh()
    #expect(self.known == .keys(["a"]))
    self.clock.advance(bySeconds: 101)
    self.world.refresh()
    #expect(self.known == .nothing)
    self.documents.answer(Self.url, TrustFollowerTests.set("a", "b"))
    self.clock.advance(bySeconds: 60)
    await self.follower.fetchDue()
    #expect(self.known == .keys(["a", "b"]))
  }

  @Test func anIssuerThatWithdrawsAllKeysIsUnavailableAtOnce() async throws {
    self.documents.answer(Self.url, TrustFollowerTests.set("a"))
    self.world.use(try self.files())
    await self.follower.fetchDue()
    self.documents.answer(Self.url, #"{"keys": []}"#)
    self.clock.advance(bySeconds: 400)
    await self.follower.fetchDue()
    #expect(self.known == .nothing)
    #expect(self.current.world?.issuers[TestIssuer.name] != nil)
  }

  @Test func anUnknownKeyBringsTheNextSet() async throws {
    self.documents.answer(Self.url, TrustFollowerTests.set("a"))
    self.world.use(try self.files())
    await self.follower.fetchDue()
    self.documents.answer(Self.url, TrustFollowerTests.set("b"))
    self.clock.advance(bySeconds: 31)
    await self.follower.fetchDue()
    #expect(self.known == .keys(["a"]))
    self.world.unknownKey(of: TestIssuer.name)
    await self.follower.fetchDue()
    #expect(self.known == .keys(["b"]))
  }

  @Test func eachWorldHasANumberOfItsOwn() async throws {
    self.world.use(try self.files())
    let first = try #require(self.current.world).revision
    self.world.use(try self.files())
    #expect(try #require(self.current.world).revision > first)
    let second = try #require(self.current.world).revision
    self.world.refresh()
    #expect(self.current.world?.revision == second)
  }

  @Test func aReloadKeepsTheKeys() async throws {
    self.documents.answer(Self.url, TrustFollowerTests.set("a"))
    self.world.use(try self.files())
    await self.follower.fetchDue()
    self.world.use(try self.files(stale: 700))
    #expect(self.known == .keys(["a"]))
  }

  @Test func filesThatNobodyLooksAtBecomeStale() async throws {
    self.world.use(try self.files())
    self.world.confirm()
    #expect(!self.current.view().isStale)
    self.clock.advance(bySeconds: 31)
    #expect(self.current.view().isStale)
  }
}

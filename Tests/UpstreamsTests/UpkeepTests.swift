import Inspection
import NIOCore
import Synchronization
import Testing

@testable import Upstreams

/// The directory as it runs, with a network and a clock that the test is.
@Suite(.timeLimit(.minutes(1))) struct UpkeepTests {
  /// Answers what the test puts in, and tells what it was asked.
  private final class Network: Sendable {
    let addresses = Mutex<[SocketAddress]>([])
    let health = Mutex<ProbeOutcome>(.status(200))
    let questions: AsyncStream<String>
    private let asked: AsyncStream<String>.Continuation

    init() { (self.questions, self.asked) = AsyncStream.makeStream() }

    func lookUp(_ host: String) -> [SocketAddress] {
      defer { self.asked.yield("name \(host)") }
      return self.addresses.withLock { $0 }
    }

    func probe(_ endpoint: Endpoint) -> ProbeOutcome {
      defer { self.asked.yield("health \(endpoint.addressText)") }
      return self.health.withLock { $0 }
    }
  }

  private struct Stage {
    let directory: UpstreamDirectory
    let network = Network()
    let clock = ManualClock()

    init() {
      let (network, clock) = (self.network, self.clock)
      self.directory = UpstreamDirectory(
        ports: UpstreamPorts(
          uptime: { clock.now }, random: randomSource(), pause: { try await clock.pause($0) },
          lookUp: { host, _ in network.lookUp(host) },
          probe: { endpoint, _ in network.probe(endpoint) },
          credentials: .none), logger: quiet)
    }

    func run(_ body: @escaping @Sendable (Stage) async throws -> Void) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.directory.run() }
        try await body(self)
        group.cancelAll()
        try await group.waitForAll()
      }
    }
  }

  @Test("a name is looked up at the start and when its time comes; a failure changes nothing")
  func names() async throws {
    try await Stage().run { stage in
      var questions = stage.network.questions.makeAsyncIterator()
      var pauses = stage.clock.pauses.makeAsyncIterator()
      stage.network.addresses.withLock { $0 = [try? address("10.0.0.7")].compactMap(\.self) }
      stage.directory.update(["a": Upstream(origins: [.init(host: "a.example", port: 80)])])
      #expect(await questions.next() == "name a.example")
      let wait = try #require(await pauses.next())
      let target = try #require(stage.directory.target(named: "a"))
      let before = try #require(target.choose(random: 0))
      stage.network.addresses.withLock { $0 = [] }
      stage.clock.advance(by: wait)
      #expect(await questions.next() == "name a.example")
      let backoff = try #require(await pauses.next())
      #expect(backoff < .seconds(2) && target.choose(random: 0) === before)
      stage.network.addresses.withLock { $0 = [try? address("10.0.0.8")].compactMap(\.self) }
      stage.clock.advance(by: backoff)
      #expect(await questions.next() == "name a.example")
      _ = await pauses.next()
      #expect(try target.choose(random: 0)?.address == address("10.0.0.8") && before.isRetired)
    }
  }

  @Test("an endpoint that does not answer well is left out until it does again")
  func health() async throws {
    try await Stage().run { stage in
      var questions = stage.network.questions.makeAsyncIterator()
      var pauses = stage.clock.pauses.makeAsyncIterator()
      stage.network.health.withLock { $0 = .status(503) }
      var upstream = Upstream(origins: [.init(host: "10.0.0.1", port: 80)])
      upstream.healthCheck = .init(path: "/healthz", interval: 10, timeout: 1, healthyAfter: 1)
      stage.directory.update(["a": upstream])
      let target = try #require(stage.directory.target(named: "a"))
      stage.clock.advance(by: try #require(await pauses.next()))
      #expect(await questions.next() == "health 10.0.0.1:80")
      let interval = try #require(await pauses.next())
      #expect(target.states.first?.isHealthy == false)
      #expect(target.states.first?.isLastResort == true)
      #expect(target.choose(random: 0) != nil, "the last one is used nevertheless")
      stage.network.health.withLock { $0 = .status(200) }
      stage.clock.advance(by: interval)
      #expect(await questions.next() == "health 10.0.0.1:80")
      _ = await pauses.next()
      #expect(target.states.first?.isHealthy == true)
    }
  }

  @Test("an ejected endpoint is used again when its time is over")
  func ejection() async throws {
    try await Stage().run { stage in
      var pauses = stage.clock.pauses.makeAsyncIterator()
      let upstream = Upstream(origins: [
        .init(host: "10.0.0.1", port: 80), .init(host: "10.0.0.2", port: 80),
      ])
      stage.directory.update(["a": upstream])
      let target = try #require(stage.directory.target(named: "a"))
      let bad = try #require(target.choose(random: 0))
      for _ in 0..<5 {
        target.began(bad)
        target.failed(bad, .refused, at: stage.clock.now)
      }
      #expect(target.choose(random: 0) !== bad)
      let wait = try #require(await pauses.next())
      #expect(wait == .seconds(30))
      stage.clock.advance(by: wait)
      while target.states.contains(where: { $0.ejectedUntil != nil }) { await Task.yield() }
      #expect(target.choose(random: 0) === bad)
    }
  }

  @Test("a service that is gone is looked after no more")
  func gone() async throws {
    try await Stage().run { stage in
      var questions = stage.network.questions.makeAsyncIterator()
      var pauses = stage.clock.pauses.makeAsyncIterator()
      stage.network.addresses.withLock { $0 = [try? address("10.0.0.7")].compactMap(\.self) }
      stage.directory.update(["a": Upstream(origins: [.init(host: "a.example", port: 80)])])
      #expect(await questions.next() == "name a.example")
      _ = await pauses.next()
      stage.directory.update(["b": Upstream(origins: [.init(host: "b.example", port: 80)])])
      #expect(await questions.next() == "name b.example")
      _ = await pauses.next()
      stage.clock.advance(by: .hours(1))
      #expect(await questions.next() == "name b.example")
      _ = await pauses.next()
      stage.clock.advance(by: .hours(1))
      #expect(await questions.next() == "name b.example")
    }
  }
}

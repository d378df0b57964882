import Inspection
import Testing

@testable import Upstreams

@Suite struct SelectionTests {
  private func set(_ endpoints: [Endpoint]) -> EndpointSet {
    var set = EndpointSet()
    set.replace(endpoints.map { ($0, EndpointSet.share(weight: $0.origin.weight, among: 1)) })
    return set
  }

  private func counts(
    _ selection: Selection, _ draws: Int = 10_000, excluding: [Endpoint.ID] = []
  ) -> [Endpoint.ID: Int] {
    var random = randomSource()
    var counts: [Endpoint.ID: Int] = [:]
    for _ in 0..<draws {
      if let chosen = selection.choose(excluding: excluding, random: random.next()) {
        counts[chosen.id, default: 0] += 1
      }
    }
    return counts
  }

  @Test("requests are shared out by weight")
  func weights() throws {
    let light = try endpoint("10.0.0.1", weight: 1)
    let heavy = try endpoint("10.0.0.2", weight: 3)
    let counts = self.counts(self.set([light, heavy]).selection)
    #expect((2300...2700).contains(counts[light.id] ?? 0))
    #expect((7300...7700).contains(counts[heavy.id] ?? 0))
  }

  @Test("no endpoint, or one, needs no choice")
  func few() throws {
    #expect(Selection.empty.choose(excluding: [], random: 0) == nil)
    let only = try endpoint()
    let selection = self.set([only]).selection
    for random in [0, UInt64.max, 0xFFFF_FFFF] {
      #expect(selection.choose(excluding: [only.id], random: random) === only)
    }
  }

  @Test("every random number chooses an endpoint", arguments: [0, 1, .max, 0xFFFF_FFFF, 1 << 63])
  func extremes(random: UInt64) throws {
    let endpoints = try (1...5).map { try endpoint("10.0.0.\($0)", weight: 1000) }
    let selection = self.set(endpoints).selection
    #expect(selection.choose(excluding: [], random: random) != nil)
    #expect(selection.choose(excluding: endpoints.map(\.id), random: random) != nil)
  }

  @Test("an endpoint that was tried is avoided while there is another")
  func exclusion() throws {
    let endpoints = try (1...3).map { try endpoint("10.0.0.\($0)") }
    let selection = self.set(endpoints).selection
    let counts = self.counts(selection, excluding: [endpoints[0].id, endpoints[2].id])
    #expect(counts == [endpoints[1].id: 10_000])
  }

  @Test("of two, the one with fewer outstanding requests for its weight is taken")
  func outstanding() throws {
    let busy = try endpoint("10.0.0.1", weight: 1)
    let strong = try endpoint("10.0.0.2", weight: 4)
    for _ in 0..<2 { busy.began() }
    for _ in 0..<7 { strong.began() }
    let counts = self.counts(self.set([busy, strong]).selection)
    // Busy is taken only where both draws fall on it: a twenty-fifth of the time.
    #expect((300...500).contains(counts[busy.id] ?? 0))
  }

  @Test("what is ejected or unhealthy is left out, and when all are, all are used")
  func panic() throws {
    let endpoints = try (1...2).map { try endpoint("10.0.0.\($0)") }
    var set = self.set(endpoints)
    #expect(set.mode == .normal && !set.selection.isPanic)
    set.set(endpoints[0].id, isHealthy: false)
    #expect(self.counts(set.selection) == [endpoints[1].id: 10_000])
    set.set(endpoints[1].id, isEjected: true)
    #expect(set.mode == .panic && set.selection.isPanic)
    #expect(self.counts(set.selection).count == 2)
    set.set(endpoints[0].id, isHealthy: true)
    #expect(set.mode == .normal)
    #expect(self.counts(set.selection) == [endpoints[0].id: 10_000])
  }

  @Test("the addresses of one name have its weight together")
  func shares() {
    #expect(EndpointSet.share(weight: 2, among: 1) == 2000)
    #expect(EndpointSet.share(weight: 2, among: 4) == 500)
    #expect(EndpointSet.share(weight: 1, among: 16) == 62)
    #expect(EndpointSet.share(weight: 0, among: 0) == 1)
  }

  @Test("what is known of an endpoint outlives a change of the others")
  func replaced() throws {
    let first = try endpoint("10.0.0.1")
    let second = try endpoint("10.0.0.2")
    var set = self.set([first])
    set.set(first.id, isHealthy: false)
    set.replace([(first, 1000), (second, 1000)])
    #expect(set.selection.endpoints.map(\.id) == [second.id])
  }

  @Test("Host is the configured authority without the port of its scheme")
  func authority() throws {
    #expect(Upstream(origins: []).authority(of: .init(host: "a", port: 80)) == "a")
    #expect(Upstream(origins: []).authority(of: .init(host: "a", port: 8080)) == "a:8080")
    #expect(Upstream(origins: []).authority(of: .init(host: "::1", port: 443)) == "[::1]:443")
    let secure = Upstream(origins: [], transport: .tls(serverName: nil, roots: .system))
    #expect(secure.authority(of: .init(host: "::1", port: 443)) == "[::1]")
    #expect(secure.authority(of: .init(host: "a", port: 80)) == "a:80")
  }
}

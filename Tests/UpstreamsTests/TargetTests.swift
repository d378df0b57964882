import Inspection
import NIOCore
import Testing

@testable import Upstreams

@Suite struct TargetTests {
  private func ports() -> UpstreamPorts {
    UpstreamPorts(
      uptime: { at(0) }, random: randomSource(), pause: { _ in throw CancellationError() },
      lookUp: { _, _ in [] }, probe: { _, _ in .status(200) }, credentials: .none)
  }

  private func upstream(_ hosts: String...) -> Upstream {
    Upstream(origins: hosts.map { .init(host: $0, port: 80) })
  }

  private func target(_ upstream: Upstream) -> UpstreamTarget {
    UpstreamTarget(service: "orders", upstream: upstream, ports: self.ports(), logger: quiet)
  }

  @Test("one address is there at once, and is always the choice")
  func single() throws {
    let target = self.target(self.upstream("10.0.0.1"))
    let only = try #require(target.choose(random: 0))
    #expect(try only.address == address("10.0.0.1"))
    #expect(only.authority == "10.0.0.1" && !only.isSecure)
    #expect(try only.makeTLSHandler() == nil)
    for _ in 0..<20 {
      target.began(only)
      target.failed(only, .refused, at: at(0))
    }
    #expect(target.choose(excluding: [only.id], random: 7) === only)
    #expect(only.outstanding == 0)
  }

  @Test("a name has no endpoint until it was looked up")
  func unresolved() throws {
    let target = self.target(self.upstream("orders.example"))
    #expect(target.choose(random: 0) == nil)
    target.answered(.init(host: "orders.example", port: 80), [try address("10.0.0.7")])
    #expect(try target.choose(random: 0)?.address == address("10.0.0.7"))
    #expect(target.choose(random: 0)?.authority == "orders.example")
  }

  @Test("an address that stays keeps its endpoint, and one that goes is retired")
  func reused() throws {
    let target = self.target(self.upstream("orders.example"))
    let name = Upstream.Origin(host: "orders.example", port: 80)
    target.answered(name, [try address("10.0.0.7"), try address("10.0.0.8")])
    let stays = try #require(self.find("10.0.0.7", target))
    let goes = try #require(self.find("10.0.0.8", target))
    target.answered(name, [try address("10.0.0.7"), try address("10.0.0.9")])
    #expect(self.find("10.0.0.7", target) === stays && !stays.isRetired)
    #expect(goes.isRetired && self.find("10.0.0.8", target) == nil)
    // A request to the one that went may still end.
    target.failed(goes, .closed, at: at(0))
    #expect(target.states.map(\.address) == ["10.0.0.7:80", "10.0.0.9:80"])
  }

  private func find(_ ip: String, _ target: UpstreamTarget) -> Endpoint? {
    var random = randomSource()
    return (0..<200).lazy.compactMap { _ in target.choose(random: random.next()) }
      .first { $0.address.ipAddress == ip }
  }

  @Test("failures take an endpoint out at once, and a success in between forgives")
  func ejection() throws {
    let target = self.target(self.upstream("10.0.0.1", "10.0.0.2"))
    let bad = try #require(self.find("10.0.0.1", target))
    for round in 0..<9 {
      target.began(bad)
      if round == 4 { target.succeeded(bad) } else { target.failed(bad, .gatewayStatus, at: at(0)) }
    }
    #expect(self.find("10.0.0.1", target) === bad)
    target.began(bad)
    target.failed(bad, .gatewayStatus, at: at(0))
    #expect(self.find("10.0.0.1", target) == nil)
    #expect(target.states.first?.ejectedUntil == at(30))
    #expect(self.find("10.0.0.2", target) != nil)
  }

  @Test("outstanding requests are counted through every ending")
  func outstanding() throws {
    let target = self.target(self.upstream("10.0.0.1"))
    let only = try #require(target.choose(random: 0))
    for _ in 0..<4 { target.began(only) }
    #expect(only.outstanding == 4)
    target.succeeded(only)
    target.failed(only, .closed, at: at(0))
    target.abandoned(only)
    #expect(only.outstanding == 1)
    #expect(target.states.first?.outstanding == 1 && target.states.first?.requests == 4)
  }

  @Test("a retry needs the rule and the budget")
  func retries() throws {
    let target = self.target(self.upstream("10.0.0.1"))
    let attempt = RetryRule.Attempt(
      failure: .refused, method: "POST", isReusedConnection: false, wroteRequest: false,
      bodyCanBeSentAgain: true, sawResponseBytes: false, retriesMade: 0)
    var tooMany = attempt
    tooMany.retriesMade = 1
    #expect(!target.mayRetry(tooMany, at: at(0)))
    let allowed = (0..<100).count { _ in target.mayRetry(attempt, at: at(0)) }
    #expect(allowed == 3)
  }
}

@Suite struct DirectoryTests {
  private func directory() -> UpstreamDirectory {
    let ports = UpstreamPorts(
      uptime: { at(0) }, random: randomSource(), pause: { _ in throw CancellationError() },
      lookUp: { _, _ in [] }, probe: { _, _ in .status(200) }, credentials: .none)
    return UpstreamDirectory(ports: ports, logger: quiet)
  }

  private func upstream(_ host: String) -> Upstream {
    Upstream(origins: [.init(host: host, port: 80)])
  }

  @Test("a service that stays as it is keeps its target, and another gets a new one")
  func kept() throws {
    let directory = self.directory()
    directory.update(["a": self.upstream("10.0.0.1"), "b": self.upstream("10.0.0.2")])
    let (a, b) = (directory.target(named: "a"), directory.target(named: "b"))
    directory.update(["a": self.upstream("10.0.0.1"), "b": self.upstream("10.0.0.3")])
    #expect(directory.target(named: "a") === a && directory.target(named: "b") !== b)
    let old = try #require(b?.choose(random: 0))
    #expect(old.isRetired, "its idle connections may go; requests in it may end")
    directory.update([:])
    #expect(directory.target(named: "a") == nil && directory.states == [])
  }

  @Test("a reader sees every change")
  func reader() {
    let directory = self.directory()
    let reader = directory.makeReader()
    #expect(reader.target(named: "a") == nil)
    for host in ["10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3"] {
      directory.update(["a": self.upstream(host)])
      #expect(reader.target(named: "a") === directory.target(named: "a"))
      #expect(reader.target(named: "a")?.upstream == self.upstream(host))
    }
  }

  @Test("states tell what is known of every endpoint")
  func states() {
    let directory = self.directory()
    var secure = Upstream(
      origins: [.init(host: "::1", port: 8443, weight: 2)],
      transport: .tls(serverName: nil, roots: .system))
    secure.healthCheck = .init(path: "/")
    directory.update(["b": secure, "a": self.upstream("10.0.0.1")])
    #expect(
      directory.states == [
        EndpointState(
          service: "a", url: "http://10.0.0.1:80", address: "10.0.0.1:80", weight: 1,
          isHealthy: true, ejectedUntil: nil, isLastResort: false, outstanding: 0, requests: 0),
        EndpointState(
          service: "b", url: "https://[::1]:8443", address: "[::1]:8443", weight: 2,
          isHealthy: true, ejectedUntil: nil, isLastResort: false, outstanding: 0, requests: 0),
      ])
  }
}

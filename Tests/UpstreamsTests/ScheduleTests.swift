import Inspection
import NIOCore
import Testing

@testable import Upstreams

@Suite struct HealthScheduleTests {
  private let check = Upstream.HealthCheck(
    path: "/", interval: 10, timeout: 1, unhealthyAfter: 3, healthyAfter: 2)

  private func schedule(_ ids: Set<Endpoint.ID>) -> HealthSchedule {
    var schedule = HealthSchedule(self.check, random: randomSource())
    schedule.follow(ids, at: at(0))
    return schedule
  }

  @Test("a new endpoint is asked soon, then once in an interval, and never twice at a time")
  func pace() throws {
    let id = try endpoint().id
    var schedule = self.schedule([id])
    let first = try #require(schedule.nextDue)
    #expect(first <= at(0) + .milliseconds(500))
    #expect(schedule.due(at: at(1)) == [id])
    #expect(schedule.due(at: at(1000)) == [], "the first answer is still to come")
    #expect(schedule.nextDue == nil)
    _ = schedule.observed(id, isGood: true, at: at(1000))
    let next = try #require(schedule.nextDue)
    #expect(next >= at(1009) && next <= at(1011), "within a tenth")
  }

  @Test("many endpoints are not asked in step")
  func jitter() throws {
    let ids = try (1...50).map { try endpoint("10.0.0.\($0)").id }
    var schedule = self.schedule(Set(ids))
    _ = schedule.due(at: at(1))
    var times: Set<NIODeadline> = []
    for id in ids {
      _ = schedule.observed(id, isGood: true, at: at(1))
      if let due = schedule.nextDue { times.insert(due) }
    }
    #expect(schedule.due(at: at(10)).count < 50 && schedule.due(at: at(13)).count > 0)
  }

  @Test("the first answer decides alone, later ones only in a row")
  func thresholds() throws {
    let id = try endpoint().id
    var schedule = self.schedule([id])
    #expect(schedule.observed(id, isGood: false, at: at(0)) == false)
    #expect(schedule.observed(id, isGood: true, at: at(0)) == nil)
    #expect(schedule.observed(id, isGood: false, at: at(0)) == nil)
    #expect(schedule.observed(id, isGood: true, at: at(0)) == nil)
    #expect(schedule.observed(id, isGood: true, at: at(0)) == true)
    #expect(schedule.observed(id, isGood: true, at: at(0)) == nil, "no news")
    #expect(schedule.observed(id, isGood: false, at: at(0)) == nil)
    #expect(schedule.observed(id, isGood: false, at: at(0)) == nil)
    #expect(schedule.observed(id, isGood: false, at: at(0)) == false)
  }

  @Test("an answer of an endpoint that is gone means nothing")
  func gone() throws {
    let id = try endpoint().id
    var schedule = self.schedule([id])
    _ = schedule.due(at: at(1))
    schedule.follow([], at: at(1))
    #expect(schedule.observed(id, isGood: false, at: at(1)) == nil)
    #expect(schedule.nextDue == nil)
  }
}

@Suite struct ResolutionScheduleTests {
  private let name = Upstream.Origin(host: "orders.example", port: 80)

  private func schedule() -> ResolutionSchedule {
    ResolutionSchedule(names: [self.name], refresh: 30, at: at(0), random: randomSource())
  }

  @Test("a name is looked up at once, and again after the time of a refresh")
  func refresh() throws {
    var schedule = self.schedule()
    #expect(schedule.due(at: at(0)) == [self.name])
    #expect(schedule.due(at: at(100)) == [], "one look-up at a time")
    #expect(schedule.answered(self.name, [try address("10.0.0.1")], at: at(0)) == .changed)
    let next = try #require(schedule.nextDue)
    #expect(next >= at(27) && next <= at(33))
    #expect(schedule.answered(self.name, [try address("10.0.0.1")], at: at(30)) == .unchanged)
  }

  @Test(
    "the last good answer stays when there is none, and the next attempt waits longer each time")
  func failures() throws {
    var schedule = self.schedule()
    #expect(schedule.answered(self.name, [], at: at(0)) == .failed(isKnown: false))
    #expect(schedule.answered(self.name, [try address("10.0.0.1")], at: at(0)) == .changed)
    var waits: [Int64] = []
    for _ in 0..<8 {
      #expect(schedule.answered(self.name, [], at: at(0)) == .failed(isKnown: true))
      waits.append(try #require(schedule.nextDue).uptimeNanosecondsSigned / 100_000_000)
    }
    #expect(schedule.addresses(of: self.name) == [try address("10.0.0.1")])
    for (wait, seconds) in zip(waits, [1, 2, 4, 8, 16, 30, 30, 30] as [Int64]) {
      #expect((seconds * 9 - 1...seconds * 11).contains(wait))
    }
  }

  @Test("an answer in another order is the same, and what stands in it twice counts once")
  func order() throws {
    var schedule = self.schedule()
    let (one, two) = (try address("10.0.0.1"), try address("10.0.0.2"))
    #expect(schedule.answered(self.name, [two, one, two], at: at(0)) == .changed)
    #expect(schedule.addresses(of: self.name) == [one, two])
    #expect(schedule.answered(self.name, [one, two], at: at(0)) == .unchanged)
    #expect(schedule.answered(self.name, [two], at: at(0)) == .changed)
  }

  @Test("a flood of addresses is cut off")
  func flood() throws {
    var schedule = self.schedule()
    let many = try (0..<250).map { try address("10.0.0.\($0)") }
    #expect(schedule.answered(self.name, many, at: at(0)) == .changed)
    #expect(schedule.addresses(of: self.name).count == ResolutionSchedule.mostAddresses)
  }

  @Test("an answer for a name that nobody asked about is nothing")
  func unasked() throws {
    var schedule = self.schedule()
    let other = Upstream.Origin(host: "other.example", port: 80)
    #expect(schedule.answered(other, [try address("10.0.0.1")], at: at(0)) == .unchanged)
    #expect(schedule.addresses(of: other) == [])
  }
}

@Suite struct AddressRulesTests {
  @Test(
    "a name does not lead to the machine itself, its link, or nowhere",
    arguments: [
      "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", "0.1.2.3", "::",
      "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "febf::1", "224.0.0.1", "240.0.0.1",
      "255.255.255.255", "ff02::1",
    ])
  func refused(ip: String) throws {
    #expect(AddressRules.usable([try address(ip)], of: "orders.example") == [])
  }

  @Test(
    "it may lead to any other address",
    arguments: ["10.0.0.1", "192.168.0.1", "8.8.8.8", "2001:db8::1", "fd00::1", "fec0::1"])
  func allowed(ip: String) throws {
    #expect(AddressRules.usable([try address(ip)], of: "orders.example").count == 1)
  }

  @Test("localhost is the machine itself", arguments: ["localhost", "LOCALHOST", "a.localhost"])
  func local(name: String) throws {
    let both = [try address("::1"), try address("127.0.0.1")]
    #expect(AddressRules.usable(both, of: name).count == 2)
    #expect(AddressRules.usable([try address("169.254.169.254")], of: name) == [])
  }

  @Test("a path of the file system is not an address of a host")
  func path() throws {
    let path = try SocketAddress(unixDomainSocketPath: "/tmp/x")
    #expect(AddressRules.usable([path], of: "localhost") == [])
  }
}

extension NIODeadline {
  fileprivate var uptimeNanosecondsSigned: Int64 { Int64(clamping: self.uptimeNanoseconds) }
}

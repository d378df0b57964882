import Inspection
import NIOCore
import Testing

@testable import Upstreams

@Suite struct OutlierDetectorTests {
  private let rule = Upstream.OutlierRule(
    consecutiveFailures: 3, ejection: 30, maximumEjected: 50)

  @Test(
    "failures in a row take an endpoint out, and a success between them does not let them add up")
  func consecutive() throws {
    var detector = OutlierDetector(self.rule)
    let id = try endpoint().id
    #expect(detector.failed(id, at: at(0), among: 2) == nil)
    #expect(detector.failed(id, at: at(0), among: 2) == nil)
    detector.succeeded(id)
    #expect(detector.failed(id, at: at(0), among: 2) == nil)
    #expect(detector.failed(id, at: at(0), among: 2) == nil)
    #expect(detector.failed(id, at: at(0), among: 2) == at(30))
    #expect(detector.ejectedUntil(id) == at(30))
    #expect(detector.failed(id, at: at(1), among: 2) == nil, "it is out already")
  }

  @Test("it comes back when its time is over, and not before")
  func returning() throws {
    var detector = OutlierDetector(self.rule)
    let id = try endpoint().id
    self.eject(id, &detector, at: 0)
    #expect(detector.nextReturn == at(30))
    #expect(detector.returning(at: at(29)) == [])
    #expect(detector.returning(at: at(30)) == [id])
    #expect(detector.returning(at: at(31)) == [])
    #expect(detector.nextReturn == nil)
  }

  @Test("each repetition takes longer up to a bound, and quiet times are forgiven")
  func growth() throws {
    var detector = OutlierDetector(self.rule)
    let id = try endpoint().id
    var now: Int64 = 0
    for round in 1...15 {
      let until = self.eject(id, &detector, at: now)
      #expect(until == at(now + 30 * Int64(min(round, 10))))
      now += 30 * Int64(min(round, 10))
      _ = detector.returning(at: at(now))
    }
    #expect(self.eject(id, &detector, at: now + 14 * 30) == at(now + 14 * 30 + 60))
  }

  @Test("only so many may be out at once, but one of several always may")
  func share() throws {
    let ids = try (1...4).map { try endpoint("10.0.0.\($0)").id }
    var detector = OutlierDetector(self.rule)
    #expect(ids.count { self.eject($0, &detector, at: 0, among: 4) != nil } == 2)
    var small = OutlierDetector(.init(consecutiveFailures: 3, ejection: 30, maximumEjected: 1))
    #expect(ids.count { self.eject($0, &small, at: 0, among: 4) != nil } == 1)
    var none = OutlierDetector(.init(consecutiveFailures: 3, ejection: 30, maximumEjected: 0))
    #expect(ids.count { self.eject($0, &none, at: 0, among: 4) != nil } == 0)
  }

  @Test("the only endpoint stays, however much it fails")
  func single() throws {
    var detector = OutlierDetector(self.rule)
    let id = try endpoint().id
    for _ in 0..<100 { #expect(detector.failed(id, at: at(0), among: 1) == nil) }
  }

  @Test("one that could not be taken out is as soon as there is room")
  func room() throws {
    var detector = OutlierDetector(self.rule)
    let first = try endpoint("10.0.0.1").id
    let second = try endpoint("10.0.0.2").id
    self.eject(first, &detector, at: 0)
    #expect(self.eject(second, &detector, at: 0) == nil)
    _ = detector.returning(at: at(30))
    #expect(detector.failed(second, at: at(30), among: 2) == at(60))
  }

  @Test("what is gone is forgotten")
  func forgotten() throws {
    var detector = OutlierDetector(self.rule)
    let id = try endpoint().id
    self.eject(id, &detector, at: 0)
    detector.keep([])
    #expect(detector.nextReturn == nil)
    #expect(detector.returning(at: at(100)) == [])
  }

  @discardableResult
  private func eject(
    _ id: Endpoint.ID, _ detector: inout OutlierDetector, at now: Int64, among count: Int = 2
  ) -> NIODeadline? {
    _ = detector.failed(id, at: at(now), among: count)
    _ = detector.failed(id, at: at(now), among: count)
    return detector.failed(id, at: at(now), among: count)
  }
}

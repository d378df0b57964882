import Foundation
import HTTPMessages
import Testing

@testable import Gateway
@testable import Inspection

@Suite("Counting and measuring requests")
struct MetricsTests {
  private func text(_ metrics: GatewayMetrics, _ gauges: GatewayGauges = .init()) -> [String] {
    String(decoding: metrics.exposition(gauges), as: UTF8.self).split(separator: "\n").map(
      String.init)
  }

  @Test("a duration is in the first bucket whose bound it does not exceed")
  func buckets() {
    let bounds = LatencyBuckets.bounds
    #expect(bounds.count == LatencyBuckets.count - 1)
    #expect(bounds.prefix(8) == [1, 2, 3, 4, 6, 8, 12, 16])
    #expect(bounds.last == 1 << 26)
    #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
    for (index, bound) in bounds.enumerated() {
      #expect(LatencyBuckets.index(nanoseconds: bound * 1000) == index)
      #expect(LatencyBuckets.index(nanoseconds: bound * 1000 + 1) == index + 1)
    }
    #expect(LatencyBuckets.index(nanoseconds: 0) == 0)
    #expect(LatencyBuckets.index(nanoseconds: .max) == LatencyBuckets.count - 1)
  }

  @Test("every counter is counted somewhere", arguments: GatewayCounter.allCases)
  func counted(_ counter: GatewayCounter) throws {
    let places = try Self.countingSources.get()
    #expect(places.contains(".\(counter)"), "nobody counts \(counter)")
  }

  /// What counts: all sources of this program but those that name and print the counters.
  private static let countingSources = Result {
    let sources = URL(filePath: #filePath).appending(path: "../../../../Sources").standardized
    var words: Set<String> = []
    for folder in [
      "Services/Gateway", "Edges/GatewayProxy", "Edges/GatewayVerdicts",
      "Programs/gatehouse-gateway",
    ] {
      let root = sources.appending(path: folder)
      for path in try FileManager.default.subpathsOfDirectory(atPath: root.path)
      where path.hasSuffix(".swift") && !path.hasPrefix("Metrics/") {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        words.formUnion(
          text.split { !($0.isLetter || $0 == ".") }.map(String.init))
      }
    }
    return words
  }

  @Test("what loops remember of tokens, and fail to verify, is counted")
  func memories() async throws {
    try await TestGateway.run { gateway in
      let metrics = GatewayMetrics(loops: 1)
      let memory = gateway.gateway.makeLoopMemory(meter: metrics.meter(0))
      #expect(memory.recall(Array("x".utf8)[...]) == nil)
      memory.noteFailure(of: 7, at: 0)
      for _ in 0..<200 { memory.noteFailure(of: 7, at: 0) }
      #expect(memory.secondsUntilCheck(for: 7, at: 0) != nil)
      #expect(metrics.total(.tokenCacheMisses) == 1)
      #expect(metrics.total(.signaturesFailed) == 201)
      #expect(metrics.total(.verificationsLimited) == 1)
    }
  }

  @Test("requests count by service and outcome, over all event loops")
  func requests() {
    let metrics = GatewayMetrics(loops: 2)
    let orders = metrics.slot(service: "orders")
    var request = Meter.Request(service: orders, status: 200, total: 1_500)
    (request.bytesIn, request.bytesOut) = (3, 64)
    (request.inspection, request.upstream) = (900, 700)
    metrics.meter(0).requestEnded(request)
    metrics.meter(1).requestEnded(request, shadowed: [.hostUnknown])
    request.status = 404
    metrics.meter(1).requestEnded(request, refusal: .hostUnknown)
    let text = self.text(metrics)
    for line in [
      #"gatehouse_gateway_requests_total{service="orders",outcome="allowed"} 2"#,
      #"gatehouse_gateway_requests_total{service="orders",outcome="refused"} 1"#,
      #"gatehouse_gateway_responses_total{service="orders",class="2xx"} 2"#,
      #"gatehouse_gateway_responses_total{service="orders",class="4xx"} 1"#,
      #"gatehouse_gateway_content_bytes_total{service="orders",direction="out"} 192"#,
      #"gatehouse_gateway_stage_refusals_total{stage="host",outcome="refused"} 1"#,
      #"gatehouse_gateway_stage_refusals_total{stage="host",outcome="would-refuse"} 1"#,
      #"gatehouse_gateway_refusals_total{code="host/unknown",outcome="refused"} 1"#,
      #"gatehouse_gateway_request_duration_seconds_bucket{service="orders",le="0.000001"} 0"#,
      #"gatehouse_gateway_request_duration_seconds_bucket{service="orders",le="0.000002"} 3"#,
      #"gatehouse_gateway_request_duration_seconds_bucket{service="orders",le="+Inf"} 3"#,
      #"gatehouse_gateway_request_duration_seconds_sum{service="orders"} 0.0000045"#,
      #"gatehouse_gateway_inspection_duration_seconds_bucket{le="0.000001"} 3"#,
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test("what came and has not gone is open, and never less than nothing")
  func open() {
    let metrics = GatewayMetrics(loops: 1)
    metrics.meter(0).add(.connectionsAccepted, 5)
    metrics.meter(0).add(.closedIdle, 2)
    metrics.meter(0).add(.closedByClient)
    metrics.meter(0).add(.streamsReset)
    let text = self.text(metrics)
    #expect(text.contains("gatehouse_gateway_connections_open 2"))
    #expect(text.contains("gatehouse_gateway_streams_open 0"))
  }

  @Test("services beyond the bound share one place, and none is given to another")
  func slots() {
    let metrics = GatewayMetrics(loops: 1)
    let slots = (0..<1000).map { metrics.slot(service: "service-\($0)") }
    #expect(Set(slots.map(\.index)).count == ServiceSlot.count - 1)
    #expect(slots.last == .other)
    #expect(metrics.slot(service: "service-0") == slots.first)
    metrics.meter(0).requestEnded(.init(service: .other, status: 599, total: .max))
    let text = self.text(metrics)
    #expect(
      text.contains(
        #"gatehouse_gateway_requests_total{service="other services",outcome="allowed"} 1"#))
  }

  @Test("refusals beyond the bound are counted together")
  func tally() {
    let metrics = GatewayMetrics(loops: 1)
    for number in 0..<1000 {
      let refusal = Refusal(.policy, "made-up-\(number)", .forbidden, title: "")
      metrics.meter(0).requestEnded(.init(status: 403, total: 1), refusal: refusal)
    }
    #expect(metrics.refusals().count <= 257)
    #expect(metrics.refusals().values.reduce(0, +) == 1000)
    let text = self.text(metrics)
    #expect(
      text.contains(#"gatehouse_gateway_refusals_total{code="policy/other",outcome="refused"} 744"#)
    )
  }

  @Test("what is in a label stays in it")
  func escaping() {
    let metrics = GatewayMetrics(loops: 1)
    var gauges = GatewayGauges()
    gauges.issuers = [.init(name: "https://i.example/\"\\\n# x", keys: 2, age: nil)]
    let text = self.text(metrics, gauges)
    #expect(
      text.contains(#"gatehouse_gateway_issuer_keys{issuer="https://i.example/\"\\\n# x"} 2"#))
  }

  @Test("any status, service and counter has its place")
  func places() {
    let metrics = GatewayMetrics(loops: 0)
    for status in [nil, Int.min, -1, 0, 99, 100, 599, 600, Int.max] {
      metrics.meter(.min).requestEnded(.init(status: status, total: 0))
    }
    for counter in GatewayCounter.allCases { metrics.meter(7).add(counter) }
    for counter in GatewayCounter.allCases { #expect(metrics.total(counter) == 1) }
    let text = self.text(metrics)
    #expect(text.contains(#"gatehouse_gateway_responses_total{service="",class="none"} 7"#))
    #expect(Meter.Place.inspection >= GatewayCounter.allCases.count)
    #expect(
      Meter.Place.service(ServiceSlot.other) + Meter.ServicePlace.duration + LatencyBuckets.count
        < 4608)
  }
}

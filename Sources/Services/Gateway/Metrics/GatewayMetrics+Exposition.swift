import Inspection

extension GatewayMetrics {
  /// The media type of ``exposition(_:)``.
  package static var mediaType: String { TextExposition.mediaType }

  /// Everything in Prometheus' text format.
  package func exposition(_ gauges: GatewayGauges) -> [UInt8] {
    var text = TextExposition()
    self.writeRequests(&text)
    self.writeRefusals(&text)
    self.writeDurations(&text)
    self.writeCounters(&text)
    self.writeOpen(&text)
    gauges.write(&text)
    return text.bytes
  }

  private typealias Place = Meter.Place
  private typealias ServicePlace = Meter.ServicePlace

  private func services(_ body: (_ first: Int, _ label: String) -> Void) {
    for (slot, label) in self.services.labels {
      let first = Place.service(slot)
      let requests =
        self.total(first + ServicePlace.allowed) &+ self.total(first + ServicePlace.refused)
      // A service that is configured shows from the start; the two places without a name only once
      // they have something to say.
      if requests > 0 || (slot != .none && slot != .other) { body(first, label) }
    }
  }

  private func writeRequests(_ text: inout TextExposition) {
    let requests = "gatehouse_gateway_requests_total"
    text.family(requests, .counter, "Requests, by whether they went through to the service.")
    self.services { first, label in
      for (outcome, place) in [
        ("allowed", ServicePlace.allowed), ("refused", ServicePlace.refused),
      ] {
        text.sample(
          requests, [("service", label), ("outcome", outcome)], self.total(first + place))
      }
    }
    let responses = "gatehouse_gateway_responses_total"
    text.family(
      responses, .counter, "Answers by the class of their status; none where no answer began.")
    self.services { first, label in
      for number in 0...5 {
        text.sample(
          responses, [("service", label), ("class", number == 0 ? "none" : "\(number)xx")],
          self.total(first + ServicePlace.statuses + number))
      }
    }
    let bytes = "gatehouse_gateway_content_bytes_total"
    text.family(bytes, .counter, "Bytes of contents, from clients (in) and to them (out).")
    self.services { first, label in
      for (way, place) in [("in", ServicePlace.bytesIn), ("out", ServicePlace.bytesOut)] {
        text.sample(bytes, [("service", label), ("direction", way)], self.total(first + place))
      }
    }
  }

  private func writeRefusals(_ text: inout TextExposition) {
    let all = self.refusals().sorted {
      ($0.key.stage.rawValue, $0.key.name) < ($1.key.stage.rawValue, $1.key.name)
    }
    let stages = "gatehouse_gateway_stage_refusals_total"
    text.family(
      stages, .counter,
      "Requests that a stage refused, or would have refused had it not been in shadow.")
    for stage in Stage.allCases {
      for isShadow in [false, true] {
        let count = all.filter { $0.key.stage == stage && $0.key.isShadow == isShadow }
          .reduce(0) { $0 &+ $1.value }
        text.sample(
          stages, [("stage", stage.rawValue), ("outcome", Self.outcome(isShadow))], count)
      }
    }
    let codes = "gatehouse_gateway_refusals_total"
    text.family(codes, .counter, "Refusals by the code that problem types and events carry.")
    for (key, count) in all {
      text.sample(
        codes,
        [("code", "\(key.stage.rawValue)/\(key.name)"), ("outcome", Self.outcome(key.isShadow))],
        count)
    }
  }

  private static func outcome(_ isShadow: Bool) -> String {
    isShadow ? "would-refuse" : "refused"
  }

  private func writeDurations(_ text: inout TextExposition) {
    let total = "gatehouse_gateway_request_duration_seconds"
    text.family(total, .histogram, "From a request's head to the end of its answer.")
    self.services { first, label in
      self.write(total, [("service", label)], first + ServicePlace.duration, &text)
    }
    let inspection = "gatehouse_gateway_inspection_duration_seconds"
    text.family(inspection, .histogram, "What deciding about a request took.")
    self.write(inspection, [], Place.inspection, &text)
    let upstream = "gatehouse_gateway_upstream_head_duration_seconds"
    text.family(
      upstream, .histogram, "From forwarding a request to the head of the service's response.")
    self.write(upstream, [], Place.upstream, &text)
  }

  private func write(
    _ name: String, _ labels: [(String, String)], _ first: Int, _ text: inout TextExposition
  ) {
    let counts = (0..<LatencyBuckets.count).map { self.total(first + $0) }
    text.histogram(
      name, labels, counts: counts, sum: self.total(first + LatencyBuckets.count))
  }

  private func writeCounters(_ text: inout TextExposition) {
    var last: GatewayCounter.Family?
    for counter in GatewayCounter.allCases {
      let (family, label) = counter.series
      if family != last { text.family(family.name, .counter, family.help) }
      last = family
      text.sample(family.name, label.map { [($0.name, $0.value)] } ?? [], self.total(counter))
    }
  }

  /// What is open is what was opened and has not ended; it is never negative, though both numbers
  /// are read one after the other.
  private func writeOpen(_ text: inout TextExposition) {
    let closed: [GatewayCounter] = [
      .closedByClient, .closedIdle, .closedAfterRefusal, .closedAfterResponse, .closedDraining,
      .closedRevoked, .closedTimedOut, .closedBroken,
    ]
    let open: [(String, String, GatewayCounter, [GatewayCounter])] = [
      ("connections_open", "Connections of clients.", .connectionsAccepted, closed),
      ("streams_open", "HTTP/2 streams.", .streamsOpened, [.streamsClosed, .streamsReset]),
      (
        "upstream_connections_open", "Connections to services.", .upstreamConnected,
        [.upstreamClosed]
      ),
    ]
    for (name, help, opened, ended) in open {
      let gone = ended.reduce(0) { $0 &+ self.total($1) }
      let ever = self.total(opened)
      text.family("gatehouse_gateway_\(name)", .gauge, help)
      text.sample("gatehouse_gateway_\(name)", [], ever > gone ? ever &- gone : 0)
    }
  }
}

extension GatewayGauges {
  fileprivate func write(_ text: inout TextExposition) {
    Self.gauge("ready", "Whether the gateway can decide and takes requests.", self.isReady, &text)
    Self.gauge("draining", "Whether the gateway is ending.", self.isDraining, &text)
    Self.gauge("feed_revision", "The revision that decides.", self.revision, &text)
    Self.gauge(
      "revocation_view_age_seconds", "Time since the view of revocations was confirmed.",
      self.revocationViewAge.map { Self.seconds(milliseconds: $0) }, &text)
    Self.gauge(
      "live_requests", "Requests under way with a credential.", self.liveRequests, &text)
    Self.gauge("audit_queued", "Events that wait for the audit log.", self.auditQueued, &text)
    Self.gauge("audit_capacity", "Events that may wait.", self.auditCapacity, &text)
    if let dropped = self.auditDropped {
      let name = "gatehouse_gateway_audit_dropped_total"
      text.family(name, .counter, "Events for which there was no room.")
      text.sample(name, [], dropped)
    }
    self.writeIssuers(&text)
    self.writeUpstreams(&text)
  }

  private static func seconds(milliseconds: Int64) -> String {
    let (nanoseconds, isTooLong) = UInt64(clamping: milliseconds)
      .multipliedReportingOverflow(by: 1_000_000)
    return TextExposition.seconds(nanoseconds: isTooLong ? .max : nanoseconds)
  }

  private func writeIssuers(_ text: inout TextExposition) {
    guard !self.issuers.isEmpty else { return }
    let keys = "gatehouse_gateway_issuer_keys"
    text.family(keys, .gauge, "Keys that verify an issuer's credentials; 0 while there are none.")
    for issuer in self.issuers { text.sample(keys, [("issuer", issuer.name)], "\(issuer.keys)") }
    let age = "gatehouse_gateway_issuer_keys_age_seconds"
    text.family(age, .gauge, "Time since an issuer's keys were confirmed.")
    for issuer in self.issuers {
      if let seconds = issuer.age { text.sample(age, [("issuer", issuer.name)], "\(seconds)") }
    }
  }

  private func writeUpstreams(_ text: inout TextExposition) {
    guard !self.upstreams.isEmpty else { return }
    let name = "gatehouse_gateway_upstream_endpoints"
    text.family(name, .gauge, "Endpoints of services, by whether they take requests.")
    for upstream in self.upstreams {
      let out = max(0, upstream.endpoints - upstream.available)
      for (state, count) in [("available", upstream.available), ("out", out)] {
        text.sample(name, [("service", upstream.service), ("state", state)], "\(count)")
      }
    }
  }

  private static func gauge<Value>(
    _ name: String, _ help: String, _ value: Value?, _ text: inout TextExposition
  ) {
    guard let value else { return }
    let full = "gatehouse_gateway_\(name)"
    text.family(full, .gauge, help)
    let number = (value as? Bool).map { $0 ? "1" : "0" } ?? "\(value)"
    text.sample(full, [], number)
  }
}

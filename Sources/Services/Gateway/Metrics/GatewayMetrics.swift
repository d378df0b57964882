/// What the gateway counts and measures, for Prometheus.
///
/// Requests touch only a ``Meter``: additions to numbers that lie side by side. Everything else
/// happens when somebody asks.
package final class GatewayMetrics: Sendable {
  let meters: [Meter]
  let services = ServiceSlots()

  /// - Parameter loops: how many event loops count.
  package init(loops: Int) {
    self.meters = (0..<max(1, loops)).map { _ in Meter() }
  }

  /// The numbers of one event loop, kept by whoever runs on it.
  package func meter(_ loop: Int) -> Meter {
    let index = Int(loop.magnitude % UInt(self.meters.count))
    return self.meters.indices.contains(index) ? self.meters[index] : Meter()
  }

  /// The place of a service's numbers; the first 62 services have one of their own.
  package func slot(service name: String) -> ServiceSlot { self.services.slot(named: name) }

  func total(_ place: Int) -> UInt64 { self.meters.reduce(0) { $0 &+ $1.value(place) } }

  package func total(_ counter: GatewayCounter) -> UInt64 {
    self.total(Meter.Place.counters + counter.rawValue)
  }

  /// Refusals by stage and name.
  func refusals() -> [RefusalTally.Key: UInt64] {
    self.meters.reduce(into: [:]) { all, meter in
      all.merge(meter.refusals.all) { $0 &+ $1 }
    }
  }
}

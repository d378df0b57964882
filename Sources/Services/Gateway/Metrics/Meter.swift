package import Inspection
import Synchronization

/// The numbers of one event loop. Every loop has its own, so that no two cores write the same memory;
/// any thread may use any of them.
package final class Meter: Sendable {
  /// What is measured of one request.
  package struct Request: Sendable {
    package var service: ServiceSlot
    /// Of the response; nil where none began.
    package var status: Int?
    /// Of contents.
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    /// Nanoseconds from the request's head to the end of its answer.
    package var total: UInt64
    /// Nanoseconds that the decision took.
    package var inspection: UInt64?
    /// Nanoseconds from forwarding to the response's head.
    package var upstream: UInt64?

    package init(service: ServiceSlot = .none, status: Int?, total: UInt64) {
      self.service = service
      self.status = status
      self.total = total
    }
  }

  private let cells: InlineArray<4608, Atomic<UInt64>>
  let refusals = RefusalTally()

  init() {
    self.cells = InlineArray { _ in Atomic(0) }
  }

  package func add(_ counter: GatewayCounter, _ amount: UInt64 = 1) {
    self.add(Place.counters + counter.rawValue, amount)
  }

  /// Counts a request whose answer is complete or has failed.
  /// - Parameters:
  ///   - refusal: why it did not go through; nil for a response of the service.
  ///   - shadowed: what would have refused it, had its stage been enforcing.
  package func requestEnded(
    _ request: Request, refusal: Refusal? = nil, shadowed: [Refusal] = []
  ) {
    let service = Place.service(request.service)
    if let refusal {
      self.add(service + ServicePlace.refused)
      self.refusals.count(refusal, isShadow: false)
    } else {
      self.add(service + ServicePlace.allowed)
    }
    for refusal in shadowed { self.refusals.count(refusal, isShadow: true) }
    self.add(service + ServicePlace.statuses + Self.statusClass(request.status))
    if request.bytesIn > 0 { self.add(service + ServicePlace.bytesIn, request.bytesIn) }
    if request.bytesOut > 0 { self.add(service + ServicePlace.bytesOut, request.bytesOut) }
    self.observe(service + ServicePlace.duration, request.total)
    if let inspection = request.inspection { self.observe(Place.inspection, inspection) }
    if let upstream = request.upstream { self.observe(Place.upstream, upstream) }
  }

  /// 1 to 5, and 0 where there was no response.
  private static func statusClass(_ status: Int?) -> Int {
    guard let status, status >= 100, status < 600 else { return 0 }
    return status / 100
  }

  /// A histogram is its buckets, and after them the sum.
  private func observe(_ histogram: Int, _ nanoseconds: UInt64) {
    self.add(histogram + LatencyBuckets.index(nanoseconds: nanoseconds))
    self.add(histogram + LatencyBuckets.count, nanoseconds)
  }

  private func add(_ place: Int, _ amount: UInt64 = 1) {
    guard place >= 0, place < Self.size else { return }
    self.cells[place].wrappingAdd(amount, ordering: .relaxed)
  }

  func value(_ place: Int) -> UInt64 {
    guard place >= 0, place < Self.size else { return 0 }
    return self.cells[place].load(ordering: .relaxed)
  }

  private static let size = 4608

  /// Where a meter's numbers lie.
  enum Place {
    static let counters = 0
    static let inspection = 64
    static let upstream = 128
    private static let services = 192
    private static let serviceSize = 68

    static func service(_ slot: ServiceSlot) -> Int { services + slot.index * serviceSize }
  }

  /// Where the numbers of a service lie among its own.
  enum ServicePlace {
    static let allowed = 0
    static let refused = 1
    static let bytesIn = 2
    static let bytesOut = 3
    static let statuses = 4
    static let duration = 10
  }
}

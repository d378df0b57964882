import Synchronization

/// The place of one service's numbers. Asked for when a service becomes known, and kept with it, so
/// that no request has to look for a name.
package struct ServiceSlot: Hashable, Sendable {
  let index: Int

  /// Of requests that reached no service.
  package static let none = ServiceSlot(index: 0)
  /// What is beyond the services that have a place of their own.
  static let other = ServiceSlot(index: count - 1)
  /// How many there are, these two included.
  static let count = 64
}

/// Which service has which place. Places are never given to another service, since a series that
/// changes its meaning tells nothing.
final class ServiceSlots: Sendable {
  private let names = Mutex<[String]>([])

  func slot(named name: String) -> ServiceSlot {
    self.names.withLock { names in
      if let index = names.firstIndex(of: name) { return ServiceSlot(index: index + 1) }
      guard names.count < ServiceSlot.count - 2 else { return .other }
      names.append(name)
      return ServiceSlot(index: names.count)
    }
  }

  /// The label of every place that can have numbers.
  var labels: [(slot: ServiceSlot, label: String)] {
    let names = self.names.withLock { $0 }
    let own = names.enumerated().map { (ServiceSlot(index: $0.offset + 1), $0.element) }
    return [(.none, "")] + own + [(.other, "other services")]
  }
}

import Inspection

/// Which endpoints a service has, and which of them are in use.
struct EndpointSet {
  struct Member {
    let endpoint: Endpoint
    /// Its share of the requests, in thousandths of a weight.
    let share: UInt64
    var isHealthy = true
    var isEjected = false

    var isUsable: Bool { self.isHealthy && !self.isEjected }
  }

  enum Mode: String, Hashable, Sendable {
    /// No address is known.
    case empty
    case normal
    /// Every endpoint is out: it is better to try all of them than to refuse everything.
    case panic
  }

  private(set) var members: [Member] = []

  var mode: Mode {
    if self.members.isEmpty { return .empty }
    return self.members.contains(where: \.isUsable) ? .normal : .panic
  }

  /// The share of each of a name's addresses, so that they have the name's weight together.
  static func share(weight: Int, among count: Int) -> UInt64 {
    max(1, UInt64(clamping: weight) &* 1000 / UInt64(clamping: max(1, count)))
  }

  /// Replaces the endpoints; what is known of those that stay is kept.
  mutating func replace(_ endpoints: [(endpoint: Endpoint, share: UInt64)]) {
    let known = Dictionary(
      self.members.map { ($0.endpoint.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.members = endpoints.map { endpoint, share in
      let before = known[endpoint.id]
      return Member(
        endpoint: endpoint, share: share, isHealthy: before?.isHealthy ?? true,
        isEjected: before?.isEjected ?? false)
    }
  }

  mutating func set(_ id: Endpoint.ID, isHealthy: Bool) {
    for index in self.members.indices where self.members[index].endpoint.id == id {
      self.members[index].isHealthy = isHealthy
    }
  }

  mutating func set(_ id: Endpoint.ID, isEjected: Bool) {
    for index in self.members.indices where self.members[index].endpoint.id == id {
      self.members[index].isEjected = isEjected
    }
  }

  var selection: Selection {
    let isPanic = self.mode == .panic
    let used = isPanic ? self.members : self.members.filter(\.isUsable)
    return Selection(
      endpoints: used.map(\.endpoint), shares: used.map(\.share), isPanic: isPanic)
  }
}

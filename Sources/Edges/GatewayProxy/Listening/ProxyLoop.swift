import Gateway
import NIOCore
import Upstreams

/// Who has to be looked at from time to time on an event loop, and told when the gateway stops.
protocol LoopMember: AnyObject {
  /// Ends what has taken too long. Called a few times a second, so times are that exact.
  func check(at now: NIODeadline)
  /// Nothing new is to begin.
  func drain()
  /// Ends at once.
  func cut()
}

/// What the connections of one event loop share. Used on that loop only.
///
/// Time limits cost a request nothing but the setting of a number: one timer looks at everybody.
final class ProxyLoop {
  let eventLoop: any EventLoop
  let gateway: Gateway
  let configuration: ProxyConfiguration
  let connections: ConnectionCount
  let upstreams: UpstreamPool
  /// Whom to connect to, for each service.
  let targets: UpstreamDirectory.Reader
  /// What the gateway keeps for the requests of this loop.
  let memory: LoopMemory
  /// Spreads load; nothing secret depends on it.
  var random: LoadRandom
  /// Ids of spans and traces: they are to be unlike others, and no secret.
  var spans: LoadRandom
  private(set) var isDraining = false
  private var members: [ObjectIdentifier: any LoopMember] = [:]
  private var timer: Scheduled<Void>?

  /// How often members are looked at.
  static let interval = TimeAmount.milliseconds(50)

  init(
    eventLoop: any EventLoop, gateway: Gateway, configuration: ProxyConfiguration,
    connections: ConnectionCount, targets: UpstreamDirectory.Reader
  ) {
    self.eventLoop = eventLoop
    self.gateway = gateway
    self.configuration = configuration
    self.connections = connections
    self.targets = targets
    self.memory = gateway.makeLoopMemory()
    self.random = LoadRandom(seed: gateway.randomHexadecimal(bytes: 8))
    self.spans = LoadRandom(seed: gateway.randomHexadecimal(bytes: 8))
    self.upstreams = UpstreamPool(configuration.upstream, eventLoop: eventLoop)
    self.upstreams.attach(to: self)
  }

  func enter(_ member: any LoopMember) {
    self.members[ObjectIdentifier(member)] = member
    self.watch()
  }

  func leave(_ member: any LoopMember) {
    self.members.removeValue(forKey: ObjectIdentifier(member))
  }

  func drain() {
    self.isDraining = true
    for member in Array(self.members.values) { member.drain() }
  }

  func cutAll() {
    for member in Array(self.members.values) { member.cut() }
  }

  private func watch() {
    guard self.timer == nil, !self.members.isEmpty else { return }
    self.timer = self.eventLoop.assumeIsolated().scheduleTask(in: Self.interval) {
      self.timer = nil
      let now = NIODeadline.now()
      for member in Array(self.members.values) { member.check(at: now) }
      self.watch()
    }
  }
}

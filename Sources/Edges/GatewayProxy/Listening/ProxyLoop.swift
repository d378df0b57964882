import Gateway
import Inspection
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
  let connections: BoundedCount
  /// Requests under way of each source, over all loops.
  let requests: SourceCount
  let uploads: UploadSlots
  let upstreams: UpstreamPool
  let flushes: FlushQueue
  let stock = BufferStock()
  /// Whom to connect to, for each service.
  let targets: UpstreamDirectory.Reader
  /// Numbers of this loop.
  let meter: Meter
  private let index: Int
  private let observation: ProxyObservation
  private var slots: [String: ServiceSlot] = [:]
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
    eventLoop: any EventLoop, index: Int, gateway: Gateway, configuration: ProxyConfiguration,
    connections: BoundedCount, requests: SourceCount, targets: UpstreamDirectory.Reader,
    observation: ProxyObservation
  ) {
    self.eventLoop = eventLoop
    self.gateway = gateway
    self.configuration = configuration
    self.connections = connections
    self.requests = requests
    self.uploads = UploadSlots(connections: configuration.upstream.connections)
    self.targets = targets
    self.index = index
    self.observation = observation
    self.meter = observation.metrics.meter(index)
    self.memory = gateway.makeLoopMemory(meter: self.meter)
    self.random = LoadRandom(seed: gateway.randomHexadecimal(bytes: 8))
    self.spans = LoadRandom(seed: gateway.randomHexadecimal(bytes: 8))
    self.flushes = FlushQueue(eventLoop: eventLoop)
    self.upstreams = UpstreamPool(
      configuration.upstream, eventLoop: eventLoop, flushes: self.flushes, stock: self.stock)
    self.upstreams.attach(to: self)
  }

  /// Hands in the account of a request, before the last bytes of its answer leave: whoever has the
  /// answer finds it in the log.
  /// - Parameter passage: of a request that was let through.
  func account(
    _ record: RequestRecord, _ answer: RequestRecord.Answer, _ times: RequestTimes,
    passage: Gateway.Passage?
  ) {
    if let passage {
      self.gateway.end(passage, record, answer)
    } else {
      self.gateway.refuse(record, answer)
    }
    let total = times.total()
    var request = Meter.Request(
      service: self.slot(record.facts.service), status: answer.status, total: total)
    request.bytesIn = answer.bytesIn
    request.bytesOut = answer.bytesOut
    request.inspection = times.inspection
    request.upstream = times.upstream
    self.meter.requestEnded(request, refusal: answer.refusal, shadowed: record.facts.shadowed)
    self.observation.accessLog?.write(
      record, answer,
      timing: .init(total: total, inspection: times.inspection, upstream: times.upstream),
      loop: self.index)
  }

  private func slot(_ service: String?) -> ServiceSlot {
    guard let service else { return .none }
    if let slot = self.slots[service] { return slot }
    // Services come and go, and not so many that it matters.
    if self.slots.count > 4096 { self.slots = [:] }
    let slot = self.observation.metrics.slot(service: service)
    self.slots[service] = slot
    return slot
  }

  func enter(_ member: any LoopMember) {
    self.members[ObjectIdentifier(member)] = member
    self.watch()
    guard self.isDraining else { return }
    // What it has brought already is looked at before.
    self.eventLoop.assumeIsolated().execute {
      if self.members[ObjectIdentifier(member)] === member { member.drain() }
    }
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

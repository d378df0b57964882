import GatewayProxy
import HTTPMessages
import NIOCore
import SPIFFE

/// The configuration file. What is not of `mode` is read once, at start.
struct GatewayConfiguration {
  /// Of this gateway, for people and for its own events.
  let name: String
  let listen: SocketAddressText
  let log: Log
  /// Exit when standard input ends: whoever started this process holds its other end.
  let exitWithParent: Bool
  /// Seconds for which the gateway goes on with what it knows after it last heard of its control
  /// plane, or last could look at its files.
  let staleness: Int64
  /// Seconds by which the issuer's clock may be ahead.
  let clockLeeway: Int64
  /// Threads that serve connections; one for each core unless fewer are said.
  let eventLoops: Int
  /// Whether DPoP proofs must carry a nonce of ours.
  let requiresNonces: Bool
  let proxy: ProxyConfiguration
  let listener: ListenerSettings
  let observation: ObservationSettings
  let mode: Mode
  /// All that only a start reads, in one form: equal texts make equal processes.
  let fixedText: String

  /// Where the gateway is told what it decides by.
  enum Mode {
    case connected(Connected)
    case standalone(StandaloneSettings)
  }

  /// With a control plane.
  struct Connected {
    let trustDomain: TrustDomain
    /// The path of its Unix socket.
    let workloadAPI: String
    let controlPlane: ControlPlane
  }

  struct ControlPlane {
    let address: SocketAddressText
    let id: SPIFFEID
  }

  struct Log: Hashable {
    let folder: String
    let scratch: String
    let origin: String
    let keyFile: String
  }

  /// - Throws: `ConfigurationProblems` with all that can be found.
  init(file: String) throws {
    let root = try ConfigurationNode(file: file)
    var problems = ConfigurationProblems()
    problems.attempt { try root.allowOnly(Self.fields) }
    let name = problems.attempt { try root.required("name").text() }
    let listen = problems.attempt { try root.required("listen").listeningAddress() }
    let log = problems.attempt { try Log(try root.required("log")) }
    let exitWithParent = problems.attempt {
      try root.optional("exitWithParent")?.boolean() ?? false
    }
    let staleness = problems.attempt {
      try root.optional("staleness")?.seconds(in: 1...86_400) ?? 30
    }
    let leeway = problems.attempt { try root.optional("clockLeeway")?.seconds(in: 0...300) ?? 5 }
    let eventLoops = problems.attempt {
      try root.optional("eventLoops")?.integer(in: 1...256) ?? Int64(System.coreCount)
    }
    let nonces = problems.attempt { try root.optional("dpop").map(Self.nonces) ?? false }
    let listener = problems.attempt { try ListenerSettings(root) }
    let observation = problems.attempt { try ObservationSettings(root) }
    problems.attempt { try Self.checkAddresses(root) }
    let mode = problems.attempt { try Mode(root, leeway: leeway ?? 0) }
    let proxy = problems.attempt {
      try listen.map { try Self.proxy(root, listen: $0, exitWithParent: exitWithParent == true) }
    }
    try problems.throwAny()
    guard let name, let listen, let log, let exitWithParent, let staleness, let leeway, let mode,
      let eventLoops, let nonces, let listener, let observation, var proxy = proxy ?? nil
    else { throw problems }
    self.name = name
    self.listen = listen
    self.log = log
    self.exitWithParent = exitWithParent
    self.staleness = staleness
    self.clockLeeway = leeway
    self.eventLoops = Int(eventLoops)
    self.requiresNonces = nonces
    proxy.proxies = listener.proxies
    proxy.trustedHops = listener.trustedHops
    self.proxy = proxy
    self.listener = listener
    self.observation = observation
    self.mode = mode
    self.fixedText = try root.text(without: Set(Mode.standaloneFields + ["listen"]))
  }

  private static let fields =
    [
      "name", "listen", "log", "exitWithParent", "staleness", "clockLeeway", "eventLoops", "limits",
      "upstream", "dpop",
    ] + ListenerSettings.fields + ObservationSettings.fields + Mode.connectedFields
    + Mode.standaloneFields

  private static func nonces(_ dpop: ConfigurationNode) throws -> Bool {
    try dpop.allowOnly(["nonce"])
    return try dpop.required("nonce").parse { text in
      switch text {
      case "required": true
      case "off": false
      default:
        throw ConfigurationError("whether DPoP proofs need a nonce is `required` or `off`")
      }
    }
  }

  private static func proxy(
    _ root: ConfigurationNode, listen: SocketAddressText, exitWithParent: Bool
  ) throws -> ProxyConfiguration {
    var proxy = ProxyConfiguration(address: listen.host, port: listen.port)
    if let limits = try root.optional("limits") { try Self.read(limits, into: &proxy) }
    if let upstream = try root.optional("upstream") {
      try Self.read(upstream, into: &proxy.upstream)
    }
    // Whoever starts again after this process's parent died waits a few seconds for its port.
    if exitWithParent { proxy.drainTimeout = .seconds(2) }
    return proxy
  }

  private static func read(
    _ node: ConfigurationNode, into proxy: inout ProxyConfiguration
  ) throws {
    try node.allowOnly([
      "connections", "requestLineBytes", "fieldBytes", "fields", "headTimeout", "idleTimeout",
      "bodyTimeout", "bodyTotalTimeout", "writeTimeout", "totalTimeout", "streams", "handshakes",
      "connectionsPerSource", "requestsPerSource",
    ])
    try node.integer("connectionsPerSource", in: 1...1_000_000) { proxy.connectionsPerSource = $0 }
    try node.integer("requestsPerSource", in: 1...1_000_000) { proxy.requestsPerSource = $0 }
    try node.integer("streams", in: 1...10_000) { proxy.streams = $0 }
    try node.integer("handshakes", in: 1...100_000) { proxy.maximumHandshakes = $0 }
    try node.integer("connections", in: 1...1_000_000) { proxy.maximumConnections = $0 }
    try node.integer("requestLineBytes", in: 64...65_536) { proxy.message.startLineBytes = $0 }
    try node.integer("fieldBytes", in: 256...1_048_576) { proxy.message.fieldBytes = $0 }
    try node.integer("fields", in: 1...1000) { proxy.message.fieldCount = $0 }
    try node.time("headTimeout") { proxy.headTimeout = $0 }
    try node.time("idleTimeout") { proxy.idleTimeout = $0 }
    try node.time("bodyTimeout") { proxy.bodyTimeout = $0 }
    try node.time("bodyTotalTimeout") { proxy.bodyTotalTimeout = $0 }
    try node.time("writeTimeout") { proxy.writeTimeout = $0 }
    try node.time("totalTimeout") { proxy.totalTimeout = $0 }
  }

  private static func read(
    _ node: ConfigurationNode, into upstream: inout ProxyConfiguration.Upstream
  ) throws {
    try node.allowOnly(["connectTimeout", "idleTimeout", "connections"])
    try node.integer("connections", in: 1...65_536) { upstream.connections = $0 }
    try node.time("connectTimeout") { upstream.connectTimeout = $0 }
    try node.time("idleTimeout") { upstream.idleTimeout = $0 }
  }
}

extension GatewayConfiguration.Mode {
  static let connectedFields = ["trustDomain", "workloadAPI", "controlPlane"]
  static let standaloneFields = [
    "trustDomain", "issuers", "trustBundles", "services", "policies", "workloads", "registration",
  ]

  fileprivate init(_ root: ConfigurationNode, leeway: Int64) throws {
    guard let controlPlane = try root.optional("controlPlane") else {
      self = .standalone(try StandaloneSettings(root, leeway: leeway))
      return
    }
    for name in Self.standaloneFields where !Self.connectedFields.contains(name) {
      if let node = try root.optional(name) {
        throw node.error("with a `controlPlane` this is for the control plane to say: remove it")
      }
    }
    self = .connected(
      .init(
        trustDomain: try root.required("trustDomain").parse { try TrustDomain(parsing: $0) },
        workloadAPI: try root.required("workloadAPI").parse { text in
          guard case .unix(let path) = try WorkloadEndpointAddress(parsing: text) else {
            throw ConfigurationError("expected a Unix socket, such as `unix:///run/workload.sock`")
          }
          return path
        }, controlPlane: try .init(controlPlane)))
  }
}

extension GatewayConfiguration.ControlPlane {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["address", "spiffeId"])
    self.address = try node.required("address").parse(SocketAddressText.init)
    self.id = try node.required("spiffeId").parse { try SPIFFEID(parsing: $0) }
  }
}

extension GatewayConfiguration.Log {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["folder", "scratch", "origin", "keyFile"])
    self.folder = try node.required("folder").filePath()
    self.scratch = try node.required("scratch").filePath()
    self.origin = try node.required("origin").text()
    self.keyFile = try node.required("keyFile").filePath()
  }
}

extension ConfigurationNode {
  fileprivate func integer(
    _ name: String, in range: ClosedRange<Int64>, _ use: (Int) -> Void
  ) throws {
    if let number = try self.optional(name)?.integer(in: range) { use(Int(number)) }
  }

  fileprivate func time(_ name: String, _ use: (TimeAmount) -> Void) throws {
    if let seconds = try self.optional(name)?.seconds(in: 1...3600) { use(.seconds(seconds)) }
  }
}

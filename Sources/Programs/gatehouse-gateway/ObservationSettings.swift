import Gateway
import GatewayVerdicts

/// Where the gateway tells about itself, and where other proxies ask it.
struct ObservationSettings {
  /// `/live`, `/ready`, `/metrics` and the configuration.
  let admin: SocketAddressText?
  let accessLog: AccessLogSettings?
  let forwardAuth: ForwardAuth?
  /// Envoy's external authorization.
  let externalAuthorization: SocketAddressText?

  struct AccessLogSettings {
    /// `nil` for standard output.
    let file: String?
    let configuration: AccessLog.Configuration
  }

  struct ForwardAuth {
    let listen: SocketAddressText
    let dialect: ForwardAuthDialect
  }

  /// What may be meant, and is dangerous if it is not.
  let warnings: [String]

  static let fields = ["admin", "accessLog", "verdicts"]

  init(_ root: ConfigurationNode) throws {
    self.warnings = try Self.warnings(root)
    self.admin = try root.optional("admin").map { node in
      try node.allowOnly(["listen"])
      return try node.required("listen").listeningAddress()
    }
    self.accessLog = try root.optional("accessLog").map(AccessLogSettings.init)
    let verdicts = try root.optional("verdicts")
    try verdicts?.allowOnly(["forwardAuth", "extAuthz"])
    self.forwardAuth = try verdicts?.optional("forwardAuth").map { node in
      try node.allowOnly(["listen", "dialect"])
      return ForwardAuth(
        listen: try node.required("listen").listeningAddress(),
        dialect: try node.optional("dialect")?.choice(ForwardAuthDialect.self) ?? .original)
    }
    self.externalAuthorization = try verdicts?.optional("extAuthz").map { node in
      try node.allowOnly(["listen"])
      return try node.required("listen").listeningAddress()
    }
  }
}

extension ObservationSettings {
  /// Addresses that everybody may reach whom they are not for.
  private static func warnings(_ root: ConfigurationNode) throws -> [String] {
    let verdicts = try root.optional("verdicts")
    let places = [
      (try root.optional("admin"), "reads metrics and configuration"),
      (try verdicts?.optional("forwardAuth"), "is believed about what it asks for"),
      (try verdicts?.optional("extAuthz"), "is believed about what it asks for"),
    ]
    return try places.compactMap { node, what in
      guard let listen = try node?.optional("listen"),
        let address = try? listen.listeningAddress(), !address.isLoopback
      else { return nil }
      return listen.error(
        "whoever can connect to this address \(what): keep it from callers"
      ).description
    }
  }
}

extension ObservationSettings.AccessLogSettings {
  fileprivate init(_ node: ConfigurationNode) throws {
    try node.allowOnly(["file", "samplePercent", "refusalsPerSecond"])
    let file = try node.required("file")
    self.file = try file.text() == "stdout" ? nil : try file.filePath()
    var configuration = AccessLog.Configuration()
    if let percent = try node.optional("samplePercent")?.integer(in: 0...100) {
      // One seed for all gateways: they choose the same traces.
      configuration.sampling = AccessLogSampling(rate: Double(percent) / 100, seed: 0)
    }
    if let refusals = try node.optional("refusalsPerSecond")?.integer(in: 0...1_000_000) {
      configuration.refusalsPerSecond = Int(refusals)
    }
    self.configuration = configuration
  }
}

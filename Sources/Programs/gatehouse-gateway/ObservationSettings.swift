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

  static let fields = ["admin", "accessLog", "verdicts"]

  /// - Parameter seed: what requests the sampling of the access log chooses.
  init(_ root: ConfigurationNode, seed: UInt64) throws {
    self.admin = try root.optional("admin").map { node in
      try node.allowOnly(["listen"])
      return try node.required("listen").parse(SocketAddressText.init)
    }
    self.accessLog = try root.optional("accessLog").map { try AccessLogSettings($0, seed: seed) }
    let verdicts = try root.optional("verdicts")
    try verdicts?.allowOnly(["forwardAuth", "extAuthz"])
    self.forwardAuth = try verdicts?.optional("forwardAuth").map { node in
      try node.allowOnly(["listen", "dialect"])
      return ForwardAuth(
        listen: try node.required("listen").parse(SocketAddressText.init),
        dialect: try node.optional("dialect")?.choice(ForwardAuthDialect.self) ?? .original)
    }
    self.externalAuthorization = try verdicts?.optional("extAuthz").map { node in
      try node.allowOnly(["listen"])
      return try node.required("listen").parse(SocketAddressText.init)
    }
  }
}

extension ObservationSettings.AccessLogSettings {
  fileprivate init(_ node: ConfigurationNode, seed: UInt64) throws {
    try node.allowOnly(["file", "samplePercent", "refusalsPerSecond"])
    let file = try node.required("file").text()
    self.file = file == "stdout" ? nil : file
    var configuration = AccessLog.Configuration()
    if let percent = try node.optional("samplePercent")?.integer(in: 0...100) {
      configuration.sampling = AccessLogSampling(rate: Double(percent) / 100, seed: seed)
    }
    if let refusals = try node.optional("refusalsPerSecond")?.integer(in: 0...1_000_000) {
      configuration.refusalsPerSecond = Int(refusals)
    }
    self.configuration = configuration
  }
}

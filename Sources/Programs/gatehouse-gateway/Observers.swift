import AccessLogFiles
import Gateway
import GatewayAdmin
import GatewayProxy
import GatewayVerdicts
import HTTPMessages
import Logging
import NIOCore
import ServiceLifecycle
import StrictJSON
import Upstreams

/// Everything that watches the gateway or asks it beside its listener.
struct Observers {
  let metrics: GatewayMetrics
  let serving = ServingState()
  let accessLog: AccessLog?
  private let settings: ObservationSettings
  private let limits: ProxyConfiguration
  private let group: any EventLoopGroup
  private let logger: Logger

  init(
    _ configuration: GatewayConfiguration, group: any EventLoopGroup, logger: Logger
  ) throws {
    let settings = configuration.observation
    let metrics = GatewayMetrics(loops: configuration.eventLoops)
    self.settings = settings
    self.limits = configuration.proxy
    self.metrics = metrics
    self.group = group
    self.logger = logger
    self.accessLog = try settings.accessLog.map { log in
      AccessLog(
        configuration: log.configuration, loops: configuration.eventLoops, metrics: metrics,
        sink: try AccessLogFile(path: log.file), pause: { try await Task.sleep(for: $0) },
        logger: logger)
    }
  }

  var proxy: ProxyObservation {
    ProxyObservation(metrics: self.metrics, accessLog: self.accessLog, serving: self.serving)
  }

  /// The listeners that the configuration wants, for one gateway.
  func services(
    _ gateway: Gateway, _ parts: GatewayParts, _ upstreams: UpstreamDirectory,
    alone: StandaloneParts? = nil
  ) -> [any Service] {
    var services: [any Service] = [HangUps(accessLog: self.accessLog)]
    if let accessLog { services.append(accessLog) }
    if let address = self.settings.admin {
      services.append(
        GatewayAdminListener(
          host: address.host, port: address.port, source: self.status(parts, upstreams, alone),
          eventLoopGroup: self.group, logger: self.logger
        ) { StandardError.write("administration on \(address.host):\($0)") })
    }
    return services + self.verdicts(gateway)
  }

  private func verdicts(_ gateway: Gateway) -> [any Service] {
    let desk = VerdictDesk(
      gateway: gateway, metrics: self.metrics, accessLog: self.accessLog,
      limits: self.limits.message,
      nanoseconds: { NIODeadline.now().uptimeNanoseconds })
    var services: [any Service] = []
    if let forwardAuth = self.settings.forwardAuth {
      let host = forwardAuth.listen.host
      services.append(
        ForwardAuthListener(
          host: host, port: forwardAuth.listen.port, dialect: forwardAuth.dialect, desk: desk,
          eventLoopGroup: self.group, logger: self.logger
        ) { StandardError.write("forward-auth on \(host):\($0)") })
    }
    if let address = self.settings.externalAuthorization {
      services.append(
        ExternalAuthorizationServer(host: address.host, port: address.port, desk: desk))
    }
    return services
  }

  private func status(
    _ parts: GatewayParts, _ upstreams: UpstreamDirectory, _ alone: StandaloneParts?
  ) -> GatewayStatus {
    var status = GatewayStatus.Parts(
      current: parts.current, live: parts.live, recorder: parts.recorder, metrics: self.metrics,
      serving: self.serving, settings: self.dump,
      more: { gauges in
        var services: [String: (endpoints: Int, available: Int)] = [:]
        for state in upstreams.states {
          services[state.service, default: (0, 0)].endpoints += 1
          if state.isAvailable { services[state.service, default: (0, 0)].available += 1 }
        }
        gauges.upstreams = services.sorted { $0.key < $1.key }.map {
          GatewayGauges.Upstream(
            service: $0.key, endpoints: $0.value.endpoints, available: $0.value.available)
        }
        if let alone { gauges.issuers = alone.account.gauges }
      })
    if let alone {
      status.concerns = { alone.account.concerns }
      status.extra = { alone.account.json }
    }
    return GatewayStatus(status)
  }

  /// What the program was started with: limits and times, in seconds.
  private var dump: JSONObject {
    [
      "connections": .integer(Int64(self.limits.maximumConnections)),
      "connectionsPerSource": .integer(Int64(self.limits.connectionsPerSource)),
      "requestsPerSource": .integer(Int64(self.limits.requestsPerSource)),
      "handshakes": .integer(Int64(self.limits.maximumHandshakes)),
      "streams": .integer(Int64(self.limits.streams)),
      "requestLineBytes": .integer(Int64(self.limits.message.startLineBytes)),
      "fieldBytes": .integer(Int64(self.limits.message.fieldBytes)),
      "fields": .integer(Int64(self.limits.message.fieldCount)),
      "headTimeout": Self.seconds(self.limits.headTimeout),
      "idleTimeout": Self.seconds(self.limits.idleTimeout),
      "bodyTimeout": Self.seconds(self.limits.bodyTimeout),
      "bodyTotalTimeout": Self.seconds(self.limits.bodyTotalTimeout),
      "writeTimeout": Self.seconds(self.limits.writeTimeout),
      "totalTimeout": self.limits.totalTimeout.map(Self.seconds) ?? .null,
      "proxyProtocol": .bool(self.limits.proxies != nil),
    ]
  }

  private static func seconds(_ time: TimeAmount) -> JSONValue {
    .integer(time.nanoseconds / 1_000_000_000)
  }
}

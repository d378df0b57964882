import SPIFFE

/// The configuration with which `gatehouse dev` starts its gateway.
struct GatewayConfigurationFile: Sendable {
  let listen: ListenAddress
  let feedPort: Int
  let serverID: SPIFFEID
  let trustDomain: TrustDomain
  let folder: StateFolder

  func write() throws {
    try self.folder.replace(self.folder.gatewayConfiguration, with: self.text, mode: 0o600)
  }

  private var text: String {
    """
    name: gateway
    listen: \(self.listen)
    trustDomain: \(self.trustDomain)
    workloadAPI: unix://\(self.folder.workloadSocket)
    controlPlane:
      address: 127.0.0.1:\(self.feedPort)
      spiffeId: \(self.serverID)
    log:
      folder: \(self.folder.log("gateway"))
      scratch: \(self.folder.spool("gateway"))
      origin: \(self.trustDomain)/log/gateway
      keyFile: \(self.folder.secrets)/gateway-log-key
    exitWithParent: true

    """
  }
}

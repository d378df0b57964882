import Glibc

/// The file by which scripts and the command line find a running `gatehouse dev`. It is there only
/// while everything serves.
struct DevEnvironmentFile: Sendable {
  let folder: StateFolder

  struct Values: Sendable {
    var url: String
    var issuer: String
    var trustDomain: String
    var gatewayURL: String
    /// Of the token endpoint over mutual TLS.
    var mutualTLSURL: String
    var adminSocket: String
    var workloadSocket: String

    var text: String {
      """
      GATEHOUSE_URL=\(self.url)
      GATEHOUSE_ISSUER=\(self.issuer)
      GATEHOUSE_TRUST_DOMAIN=\(self.trustDomain)
      GATEHOUSE_GATEWAY_URL=\(self.gatewayURL)
      GATEHOUSE_MTLS_URL=\(self.mutualTLSURL)
      GATEHOUSE_ADMIN_SOCKET=\(self.adminSocket)
      SPIFFE_ENDPOINT_SOCKET=unix://\(self.workloadSocket)
      GATEHOUSE_PID=\(getpid())

      """
    }
  }

  func write(_ values: Values) throws {
    try self.folder.replace(self.folder.environment, with: values.text, mode: 0o644)
  }

  func remove() {
    unlink(self.folder.environment)
  }
}

/// What is true of the gateway at the moment when somebody asks for its metrics. What is nil is not
/// known, and left out.
package struct GatewayGauges: Sendable {
  /// Whether it takes requests and can decide them.
  package var isReady = false
  package var isDraining = false
  /// The revision of what it decides by.
  package var revision: Int64?
  /// Milliseconds since its view of revocations was confirmed.
  package var revocationViewAge: Int64?
  /// Requests under way with a credential.
  package var liveRequests: Int?
  /// Events that wait for the audit log, and how many it can hold.
  package var auditQueued: Int?
  package var auditCapacity: Int?
  /// Events for which there was no room.
  package var auditDropped: UInt64?
  /// Of a gateway that runs alone, which follows keys itself; trust domains too.
  package var issuers: [Issuer] = []
  package var upstreams: [Upstream] = []

  /// An issuer of credentials, as far as its keys are known.
  package struct Issuer: Sendable {
    package let name: String
    package let keys: Int
    /// Seconds since they were confirmed; nil where they never were.
    package let age: Int64?

    package init(name: String, keys: Int, age: Int64?) {
      self.name = name
      self.keys = keys
      self.age = age
    }
  }

  /// A service's endpoints.
  package struct Upstream: Sendable {
    package let service: String
    package let endpoints: Int
    /// Of these, how many take requests.
    package let available: Int

    package init(service: String, endpoints: Int, available: Int) {
      self.service = service
      self.endpoints = endpoints
      self.available = available
    }
  }

  package init() {}
}

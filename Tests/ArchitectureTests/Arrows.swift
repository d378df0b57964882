/// An import that is allowed, and why.
struct Arrow {
  let from: Origin
  let to: Set<String>
  let reason: String

  /// Who may: a whole layer, or one target.
  enum Origin: Hashable {
    case layer(Layer)
    case target(String)
  }

  init(_ from: Layer, _ to: Set<String>, _ reason: String) {
    (self.from, self.to, self.reason) = (.layer(from), to, reason)
  }

  init(_ from: String, _ to: Set<String>, _ reason: String) {
    (self.from, self.to, self.reason) = (.target(from), to, reason)
  }
}

private func targets(in layers: Layer...) -> Set<String> {
  Set(homes.filter { layers.contains($0.value) }.keys)
}

private let ports: Set<String> = ["RecordStore", "EventIndex", "AuditStore"]

/// Every import that the design allows. What is not here is not allowed.
let arrows: [Arrow] = [
  // Standards
  Arrow(
    .standards, targets(in: .standards), "standards build on each other and on nothing of ours"),
  Arrow(.standards, ["FoundationEssentials"], "data and dates of the libraries below"),
  Arrow("SPIFFEWorkloadAPI", ["Foundation"], "the code that the gRPC generator writes"),
  Arrow(
    "SPIFFEWorkloadAPI", ["GRPCCore", "GRPCProtobuf", "SwiftProtobuf"],
    "the standard is a gRPC service; its code is generated"),
  Arrow("JOSE", ["Crypto", "_CryptoExtras"], "signatures; RSA is in the extras"),
  Arrow("OAuth", ["Crypto"], "hashes of tokens and proofs, and nonces that are HMACs"),
  Arrow("OAuth", ["Synchronization"], "proofs are remembered once for a whole process"),
  Arrow("SPIFFE", ["Crypto", "X509", "SwiftASN1"], "certificates"),
  Arrow("SPIFFE", ["Glibc"], "reads IP addresses as the system does"),
  Arrow("HTTPMessages", ["Glibc"], "reads IP addresses as the system does"),
  Arrow("TransparencyLog", ["Crypto"], "hashes and signatures of the log"),
  Arrow("OpenAPIContract", ["Yams"], "contracts are YAML"),

  // Domain
  Arrow(.domain, targets(in: .standards), "decisions speak the standards' types"),
  Arrow(.domain, ["Credentials"], "the ids and digests that all of the domain shares"),

  // Storage
  Arrow(
    .storage, ["Synchronization", "Glibc", "FoundationEssentials", "Dispatch"], "files and locks"),
  Arrow("AuditStore", ["TransparencyLog", "Crypto"], "the log's hashing, layout and signatures"),
  Arrow("SQLiteStore", ["RecordStore", "EventIndex"], "implements them"),
  Arrow("SQLiteStore", ["GRDB"], "the database; nobody else sees it"),
  Arrow("PostgresStore", ["RecordStore", "EventIndex"], "implements them"),

  // Services
  Arrow(.services, targets(in: .standards, .domain), "use cases carry out what the domain decides"),
  Arrow("ControlPlane", ports, "storage through its protocols, never its databases"),
  Arrow("PolicyReview", ["EventIndex"], "reads what was recorded; it has nothing to write"),
  Arrow("Gateway", ["AuditStore"], "writes the gateway's own log; it has no records"),
  Arrow(.services, ["Synchronization"], "a mutex around a small state"),
  Arrow("ControlPlane", ["Crypto", "X509"], "makes keys and certificates"),
  Arrow("NodeAgent", ["Crypto", "X509"], "makes the workload's key, and reads certificates"),
  Arrow("Gateway", ["Crypto"], "digests of contracts, by which people compare configurations"),
  Arrow("Gateway", ["X509"], "reads the authorities that client certificates lead to"),
  Arrow("Gateway", ["ServiceLifecycle", "Logging"], "long work is run by the service group"),

  // Edges
  Arrow(.edges, targets(in: .standards, .domain), "bytes become types of the layers below"),
  Arrow(
    .edges, ["Synchronization", "Glibc", "FoundationEssentials", "Crypto", "Logging"],
    "the operating system"),
  Arrow(.edges, ["ServiceLifecycle"], "long work is run by the service group"),
  Arrow(.edges, ["NIOCore", "NIOPosix", "NIOHTTP1"], "sockets"),
  Arrow(
    "ControlPlaneServer",
    ["ControlPlane", "ControlPlaneAPI", "GatewayFeedAPI", "PolicyReview", "SVIDTransport"],
    "offers the control plane's ports over HTTP and the feed"),
  Arrow(
    "ControlPlaneServer",
    [
      "Hummingbird", "HummingbirdCore", "HTTPTypes", "GRPCCore", "GRPCNIOTransportHTTP2Posix",
      "X509",
    ],
    "HTTP and gRPC servers"),
  Arrow(
    "ControlPlaneClient", ["ControlPlaneAPI", "GatewayFeedAPI", "SVIDTransport"],
    "the other end of the same messages"),
  Arrow(
    "ControlPlaneClient", ["AsyncHTTPClient", "GRPCCore", "GRPCNIOTransportHTTP2Posix"],
    "HTTP and gRPC clients"),
  Arrow(
    "GatewayFeedAPI", ["GRPCCore", "GRPCProtobuf", "SwiftProtobuf", "Foundation"],
    "generated from the feed's protocol"),
  Arrow("GatewayProxy", ["Gateway"], "puts the gateway on sockets"),
  Arrow("GatewayProxy", ["NIOHTTP2", "NIOHPACK"], "speaks HTTP/2"),
  Arrow("GatewayProxy", ["ListenerSecurity"], "speaks TLS with clients"),
  Arrow("GatewayProxy", ["Upstreams"], "asks whom to connect to"),
  Arrow("GatewayProxy", ["NIOTLS"], "knows when TLS with a service is agreed on"),
  Arrow("Upstreams", ["NIOSSL"], "TLS to services"),
  Arrow("Upstreams", ["SVIDTransport"], "mutual TLS to services with the gateway's SVID"),
  Arrow("AccessLogFiles", ["Gateway"], "implements its port for the access log"),
  Arrow("GatewayAdmin", ["Gateway"], "shows what the gateway says about itself"),
  Arrow("GatewayAdmin", ["Hummingbird", "HummingbirdCore", "HTTPTypes"], "an HTTP server"),
  Arrow(
    "EnvoyAuthorization", ["GRPCCore", "GRPCProtobuf", "SwiftProtobuf", "Foundation"],
    "generated from Envoy's protocol for external authorization"),
  Arrow("GatewayVerdicts", ["Gateway", "EnvoyAuthorization"], "gives other proxies its verdicts"),
  Arrow(
    "GatewayVerdicts",
    [
      "Hummingbird", "HummingbirdCore", "HTTPTypes", "GRPCCore", "GRPCNIOTransportHTTP2Posix",
      "SwiftProtobuf",
    ], "HTTP and gRPC servers"),
  Arrow("IssuerDocuments", ["Gateway"], "implements its port for fetching issuers' keys"),
  Arrow("IssuerDocuments", ["AsyncHTTPClient", "NIOSSL"], "an HTTP client"),
  Arrow("KeyCustody", ["ControlPlane"], "implements its port for protecting keys"),
  Arrow("KeyCustody", ["SecretFiles"], "the key-encryption key is a file"),
  Arrow("ManifestFiles", ["Yams"], "manifests are YAML"),
  Arrow(
    "SVIDTransport", ["GRPCNIOTransportHTTP2Posix", "NIOCertificateReloading", "NIOSSL"],
    "mutual TLS between SPIFFE identities"),
  Arrow(
    "ListenerSecurity", ["NIOSSL", "NIOTLS", "SwiftASN1", "X509", "SVIDTransport"],
    "TLS for the gateway's listener, with certificates from files or the gateway's own SVID"),
  Arrow("WorkloadAPIClient", ["GRPCCore", "GRPCNIOTransportHTTP2Posix"], "a gRPC client"),
  Arrow("WorkloadAPIServer", ["NodeAgent"], "offers the node agent to workloads"),
  Arrow(
    "WorkloadAPIServer",
    ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "NIOHTTP2", "NIOHPACK", "SwiftProtobuf"],
    "a gRPC server that knows its peers"),
  Arrow("WorkloadAttestation", ["NodeAgent"], "implements its port for attestation"),

  // Programs
  Arrow(.programs, targets(in: .standards, .domain, .storage, .services, .edges), "wiring"),
  Arrow(
    .programs,
    [
      "ArgumentParser", "AsyncHTTPClient", "Crypto", "Dispatch", "Foundation",
      "FoundationEssentials", "Glibc", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
      "NIOHTTP1", "NIOPosix", "ServiceLifecycle", "Subprocess", "Synchronization",
      "SystemPackage", "UnixSignals", "X509", "Yams",
    ], "the command line, configuration and processes"),

  // Test kits
  Arrow("RecordStoreConformance", ["RecordStore", "Testing"], "checks every implementation"),
  Arrow("EventIndexConformance", ["EventIndex", "Testing"], "checks every implementation"),
  Arrow(
    "TestIssuers", ["JOSE", "OAuth", "StrictJSON", "Crypto"],
    "signs what the gateway's tests present"),
]

/// What a program must never link, however indirectly, and why.
struct Exclusion {
  let program: String
  let targets: Set<String>
  let reason: String
}

let exclusions: [Exclusion] = [
  Exclusion(
    program: "gatehouse-gateway",
    targets: ["Issuance", "KeyCustody", "ControlPlane", "ControlPlaneServer", "SQLiteStore"],
    reason: "the enforcement point, which strangers talk to, can issue nothing and opens no key")
]

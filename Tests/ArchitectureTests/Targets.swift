/// A layer is a folder below `Sources`; arrows point from the later to the earlier.
enum Layer: String, CaseIterable {
  case standards = "Standards"
  case domain = "Domain"
  case storage = "Storage"
  case services = "Services"
  case edges = "Edges"
  case programs = "Programs"
  case testKits = "TestKits"

  /// The layers in which nothing that bytes reach may trap, and time is a parameter.
  static let libraries: Set<Layer> = [.standards, .domain, .storage, .services, .edges]
}

/// Every target and the layer that it belongs to. A new one needs a row here: it has its first real
/// file, and is usable alone, isolates a dependency, or is a program or a test kit.
let homes: [String: Layer] = [
  "StrictJSON": .standards, "JOSE": .standards, "SPIFFE": .standards,
  "SPIFFEWorkloadAPI": .standards, "OAuth": .standards, "CedarPolicy": .standards,
  "JSONSchema": .standards, "OpenAPIContract": .standards, "HTTPMessages": .standards,
  "TransparencyLog": .standards, "IPAddresses": .standards, "ProxyProtocol": .standards,

  "Credentials": .domain, "Enrollment": .domain, "Issuance": .domain, "Authorization": .domain,
  "Inspection": .domain, "Inventory": .domain, "Audit": .domain, "Distribution": .domain,

  "RecordStore": .storage, "EventIndex": .storage, "SQLiteStore": .storage,
  "PostgresStore": .storage, "AuditStore": .storage,

  "ControlPlane": .services, "NodeAgent": .services, "Gateway": .services,
  "PolicyReview": .services,

  "ControlPlaneAPI": .edges, "ControlPlaneServer": .edges, "ControlPlaneClient": .edges,
  "GatewayFeedAPI": .edges,
  "GatewayProxy": .edges,
  "KeyCustody": .edges,
  "ManifestFiles": .edges,
  "SVIDTransport": .edges,
  "SecretFiles": .edges,
  "Upstreams": .edges,
  "ListenerSecurity": .edges,
  "WorkloadAPIClient": .edges,
  "IssuerDocuments": .edges,
  "WorkloadAPIServer": .edges, "WorkloadAttestation": .edges, "NodeAttestation": .edges,
  "AccessLogFiles": .edges, "EnvoyAuthorization": .edges, "GatewayAdmin": .edges,
  "GatewayVerdicts": .edges,

  "gatehouse": .programs, "gatehouse-gateway": .programs,

  "RecordStoreConformance": .testKits, "EventIndexConformance": .testKits,
  "TestIssuers": .testKits,
]

// swift-tools-version: 6.2
import PackageDescription

/// Settings that every target of Gatehouse shares: language mode 6, explicit existentials and
/// import visibility, and no warning left standing.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// A library target; the layer is the folder that holds it.
func library(
  _ layer: String, _ name: String, _ dependencies: [Target.Dependency] = [],
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(layer)/\(name)", exclude: exclude,
    swiftSettings: settings)
}

/// A program; it only wires the libraries together.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Sources/Programs/\(name)",
    swiftSettings: settings)
}

/// The test target of one library, with whatever the tests use besides it.
func tests(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
    path: "Tests/\(name)Tests", exclude: exclude, swiftSettings: settings)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "_CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf: Target.Dependency = .product(
  name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport: Target.Dependency = .product(
  name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let swiftProtobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbirdCore: Target.Dependency = .product(
  name: "HummingbirdCore", package: "hummingbird")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let certificateReloading: Target.Dependency = .product(
  name: "NIOCertificateReloading", package: "swift-nio-extras")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let standards: [Target] = [
  library("Standards", "StrictJSON"),
  library("Standards", "JOSE", ["StrictJSON", crypto, cryptoExtras]),
  library("Standards", "SPIFFE", ["JOSE", "StrictJSON", crypto, x509, asn1]),
  library(
    "Standards", "SPIFFEWorkloadAPI", [grpcCore, grpcProtobuf, swiftProtobuf],
    exclude: ["workload.proto"]),
  library("Standards", "OAuth", ["JOSE", "StrictJSON", crypto]),
  library("Standards", "CedarPolicy"),
  library("Standards", "OpenAPIContract", [yams]),
  library("Standards", "IPAddresses"),
  library("Standards", "HTTPMessages", ["IPAddresses"]),
  library("Standards", "ProxyProtocol", ["IPAddresses"]),
  library("Standards", "TransparencyLog", [crypto]),
]

let domain: [Target] = [
  library("Domain", "Credentials", ["SPIFFE"]),
  library("Domain", "Enrollment", ["Credentials", "SPIFFE", "StrictJSON", "OpenAPIContract"]),
  library("Domain", "Issuance", ["Credentials"]),
  library("Domain", "Authorization", ["Credentials", "CedarPolicy"]),
  library(
    "Domain", "Inspection",
    [
      "Credentials", "SPIFFE", "OAuth", "JOSE", "StrictJSON", "HTTPMessages", "IPAddresses",
      "OpenAPIContract",
    ]),
  library("Domain", "Audit", ["Credentials", "StrictJSON"]),
  library("Domain", "Distribution", ["Credentials", "SPIFFE", "StrictJSON"]),
]

let storage: [Target] = [
  library("Storage", "RecordStore"),
  library("Storage", "EventIndex"),
  library("Storage", "SQLiteStore", ["RecordStore", "EventIndex", grdb]),
  library("Storage", "AuditStore", ["TransparencyLog", crypto]),
]

let services: [Target] = [
  library(
    "Services", "ControlPlane",
    [
      "Credentials", "Enrollment", "Issuance", "Authorization", "Audit", "Distribution",
      "RecordStore", "EventIndex", "AuditStore", "TransparencyLog", "CedarPolicy", "JOSE",
      "OAuth", "OpenAPIContract", "SPIFFE", "StrictJSON", crypto, x509,
    ]),
  library(
    "Services", "PolicyReview",
    [
      "Credentials", "Authorization", "Audit", "CedarPolicy", "EventIndex", "OpenAPIContract",
      "StrictJSON",
    ]),
  library("Services", "NodeAgent", ["Credentials", "Enrollment", "SPIFFE", crypto, x509]),
]

let edges: [Target] = [
  library("Edges", "SecretFiles"),
  library("Edges", "KeyCustody", ["ControlPlane", "SecretFiles", crypto]),
  library(
    "Edges", "SVIDTransport", ["SPIFFE", grpcTransport, nioCore, nioSSL, certificateReloading]),
  library(
    "Edges", "ListenerSecurity",
    [
      "HTTPMessages", "IPAddresses", "SPIFFE", "SVIDTransport", asn1, crypto, x509, nioCore,
      nioPosix, nioSSL, nioTLS, lifecycle, logging,
    ]),
  library(
    "Edges", "GatewayFeedAPI", ["Distribution", grpcCore, grpcProtobuf, swiftProtobuf],
    exclude: ["gateway_feed.proto"]),
  library("Edges", "ControlPlaneAPI", ["StrictJSON"]),
  library(
    "Edges", "ControlPlaneServer",
    [
      "Authorization", "ControlPlane", "ControlPlaneAPI", "PolicyReview", "GatewayFeedAPI",
      "SVIDTransport", "Credentials", "Distribution", "Enrollment", "OAuth", "SPIFFE", "StrictJSON",
      hummingbird,
      hummingbirdCore, httpTypes, nioCore, nioPosix, logging, lifecycle, grpcCore, grpcTransport,
      x509,
    ]),
  library(
    "Edges", "ControlPlaneClient",
    [
      "ControlPlaneAPI", "GatewayFeedAPI", "SVIDTransport", "Credentials", "Distribution",
      "StrictJSON", httpClient, nioCore, nioHTTP1, grpcCore, grpcTransport,
    ]),
  library("Edges", "ManifestFiles", ["Credentials", "Enrollment", "SPIFFE", "StrictJSON", yams]),
  library("Edges", "WorkloadAttestation", ["NodeAgent", "Credentials", crypto]),
  library(
    "Edges", "WorkloadAPIServer",
    [
      "NodeAgent", "SPIFFE", "SPIFFEWorkloadAPI", "Credentials", "StrictJSON", crypto, grpcCore,
      grpcProtobuf, grpcTransport, swiftProtobuf, nioCore, nioPosix, nioHTTP2, nioHPACK,
      lifecycle,
    ]),
  library(
    "Edges", "WorkloadAPIClient",
    [
      "SPIFFE", "SPIFFEWorkloadAPI", "Credentials", grpcCore, grpcTransport, nioCore, nioPosix,
      crypto,
    ]),
]

let programs: [Target] = [
  program(
    "gatehouse",
    [
      "AuditStore", "ControlPlane", "ControlPlaneAPI", "ControlPlaneClient", "ControlPlaneServer",
      "Credentials", "Distribution", "Enrollment", "EventIndex", "Issuance", "JOSE", "KeyCustody",
      "ManifestFiles", "NodeAgent", "Authorization", "CedarPolicy", "OAuth", "OpenAPIContract",
      "PolicyReview", "RecordStore", "SPIFFE", "SQLiteStore", "SVIDTransport", "SecretFiles",
      "StrictJSON", "WorkloadAPIClient", "WorkloadAPIServer",
      "WorkloadAttestation", arguments, crypto, httpClient, httpTypes, hummingbird, lifecycle,
      logging, nioCore, nioHTTP1, nioPosix, subprocess, systemPackage, unixSignals, x509,
    ])
]

let gateway: [Target] = [
  library(
    "Services", "Gateway",
    [
      "Inspection", "Authorization", "Enrollment", "Distribution", "Audit", "AuditStore",
      "Credentials", "SPIFFE", "OAuth", "JOSE", "StrictJSON", "CedarPolicy", "OpenAPIContract",
      "HTTPMessages", "TransparencyLog", crypto, x509, lifecycle, logging,
    ]),
  library(
    "Edges", "Upstreams",
    [
      "Inspection", "Credentials", "SPIFFE", "SVIDTransport", nioCore, nioPosix, nioSSL, lifecycle,
      logging,
    ]),
  library(
    "Edges", "GatewayProxy",
    [
      "Gateway", "Inspection", "Credentials", "HTTPMessages", "OAuth", "OpenAPIContract", "SPIFFE",
      "IPAddresses", "ListenerSecurity", "ProxyProtocol", "Upstreams", nioCore, nioPosix, nioHTTP2,
      nioTLS,
      nioHPACK, crypto, lifecycle, logging,
    ]),
  library("Edges", "AccessLogFiles", ["Gateway", nioPosix]),
  library(
    "Edges", "GatewayAdmin",
    [
      "Gateway", "Credentials", "StrictJSON", "HTTPMessages", hummingbird, hummingbirdCore,
      httpTypes, nioCore, lifecycle, logging,
    ]),
  library(
    "Edges", "EnvoyAuthorization", [grpcCore, grpcProtobuf, swiftProtobuf], exclude: ["protos"]),
  library(
    "Edges", "GatewayVerdicts",
    [
      "Gateway", "EnvoyAuthorization", "Inspection", "Credentials", "HTTPMessages",
      "OpenAPIContract", hummingbird, hummingbirdCore, httpTypes, nioCore, lifecycle, logging,
      grpcCore,
      grpcTransport, swiftProtobuf,
    ]),
  library(
    "Edges", "IssuerDocuments", ["Gateway", httpClient, nioCore, nioHTTP1, nioSSL]),
  program(
    "gatehouse-gateway",
    [
      "AccessLogFiles", "AuditStore", "Authorization", "ControlPlaneClient", "Credentials",
      "Enrollment", "Gateway", "GatewayAdmin", "GatewayProxy", "GatewayVerdicts", "HTTPMessages",
      "IPAddresses", "Inspection", "IssuerDocuments", "JOSE", "ListenerSecurity", "ManifestFiles",
      "OAuth", "SPIFFE", "SVIDTransport", "SecretFiles", "StrictJSON", "Upstreams",
      "WorkloadAPIClient", arguments, crypto, httpClient, lifecycle, logging, nioCore, nioPosix,
      unixSignals, yams,
    ]),
]

let testKits: [Target] = [
  library("TestKits", "RecordStoreConformance", ["RecordStore"]),
  library("TestKits", "EventIndexConformance", ["EventIndex"]),
  library("TestKits", "TestIssuers", ["JOSE", "OAuth", "StrictJSON", crypto]),
]

let standardsTests: [Target] = [
  tests("StrictJSON"),
  tests("JOSE", ["StrictJSON", crypto]),
  tests("SPIFFE", ["JOSE", "StrictJSON", x509, asn1, crypto, cryptoExtras]),
  tests("OAuth", ["JOSE", "StrictJSON", crypto, cryptoExtras]),
  tests("CedarPolicy", exclude: ["Differential/reference.py"]),
  tests("IPAddresses"),
  tests("HTTPMessages", ["IPAddresses", nioCore, nioEmbedded, nioHTTP1]),
  tests("ProxyProtocol", ["IPAddresses"]),
  tests("OpenAPIContract"),
  tests("TransparencyLog", [crypto]),
]

let domainTests: [Target] = [
  tests("Credentials", ["SPIFFE"]),
  tests("Enrollment", ["SPIFFE", "StrictJSON"]),
  tests("Issuance", ["Credentials"]),
  tests("Authorization", ["CedarPolicy", "Credentials"]),
  tests("Audit", ["Credentials", "StrictJSON"]),
  tests("Distribution", ["Credentials", "SPIFFE", "StrictJSON"]),
]

let controlPlaneTests: [Target] = [
  tests(
    "ControlPlane",
    [
      "Audit", "Credentials", "Distribution", "Enrollment", "EventIndex", "Issuance", "JOSE",
      "OAuth", "RecordStore", "SPIFFE", "StrictJSON", "TransparencyLog", crypto, x509,
    ]),
  tests("SecretFiles"),
  tests("KeyCustody", ["SecretFiles"]),
  tests(
    "ListenerSecurity",
    [
      "HTTPMessages", "SVIDTransport", asn1, crypto, x509, nioCore, nioPosix, nioSSL, logging,
      subprocess, systemPackage,
    ]),
  tests(
    "SVIDTransport",
    [
      "ControlPlaneClient", "ControlPlaneServer", "Distribution", "GatewayFeedAPI", "SPIFFE",
      crypto,
      x509, grpcCore, grpcTransport,
    ]),
  .testTarget(
    name: "ArchitectureTests", path: "Tests/ArchitectureTests", swiftSettings: settings),
]

let storageTests: [Target] = [
  tests("RecordStore", ["RecordStoreConformance"]),
  tests("EventIndex", ["EventIndexConformance"]),
  tests(
    "SQLiteStore",
    ["RecordStore", "EventIndex", "RecordStoreConformance", "EventIndexConformance", grdb]),
  tests("AuditStore", ["TransparencyLog", crypto]),
]

let reviewTests: [Target] = [
  tests(
    "PolicyReview",
    [
      "Audit", "Authorization", "CedarPolicy", "Credentials", "EventIndex", "OpenAPIContract",
      "StrictJSON",
    ])
]

let nodeTests: [Target] = [
  tests("NodeAgent", ["Credentials", "Enrollment", "SPIFFE", crypto]),
  tests("WorkloadAttestation", ["NodeAgent", "Credentials", crypto, subprocess, systemPackage]),
  tests(
    "WorkloadAPIServer",
    [
      "WorkloadAPIClient", "WorkloadAttestation", "NodeAgent", "Credentials", "Enrollment",
      "SPIFFE", "JOSE", "StrictJSON", crypto, x509, subprocess, lifecycle, logging, systemPackage,
    ], exclude: ["Clients"]),
]

let commandTests: [Target] = [
  tests("ManifestFiles", ["Enrollment", "SPIFFE", "StrictJSON"]),
  tests(
    "ControlPlaneServer",
    [
      "PolicyReview", "ControlPlane", "ControlPlaneAPI", "ControlPlaneClient", "Credentials",
      "Enrollment", "JOSE", "OAuth",
      "SPIFFE", "StrictJSON", crypto, httpClient, httpTypes, lifecycle, logging, nioCore, nioHTTP1,
      nioPosix,
    ]),
  tests("ControlPlaneClient", ["Credentials", httpClient]),
  .testTarget(
    name: "GatehouseCommandTests",
    dependencies: ["gatehouse", "ControlPlaneAPI", "Credentials", "StrictJSON", arguments],
    path: "Tests/GatehouseCommandTests", swiftSettings: settings),
]

let gatewayTests: [Target] = [
  tests(
    "Upstreams",
    [
      "Inspection", "Credentials", "SPIFFE", "SVIDTransport", crypto, x509, asn1, nioCore, nioPosix,
      nioSSL, lifecycle, logging,
    ]),
  tests(
    "Inspection",
    [
      "TestIssuers", "Credentials", "SPIFFE", "OAuth", "JOSE", "StrictJSON", "HTTPMessages",
      "OpenAPIContract",
      crypto, x509,
    ]),
  tests(
    "Gateway",
    [
      "TestIssuers", "Authorization", "ControlPlane", "RecordStore", "Inspection", "Distribution",
      "Audit",
      "AuditStore", "TransparencyLog", "Credentials", "Enrollment",
      "SPIFFE", "OAuth", "JOSE", "StrictJSON", "HTTPMessages", "OpenAPIContract", crypto, logging,
      lifecycle,
    ]),
  tests("AccessLogFiles"),
  tests(
    "GatewayAdmin",
    [
      "Gateway", "Inspection", "Credentials", "StrictJSON", "HTTPMessages", nioCore, nioPosix,
      logging, lifecycle, subprocess, systemPackage,
    ], exclude: ["Clients"]),
  tests(
    "GatewayVerdicts",
    [
      "TestIssuers", "Gateway", "Inspection", "Audit", "AuditStore", "Credentials", "Distribution",
      "JOSE",
      "OAuth", "SPIFFE", "StrictJSON", "HTTPMessages", crypto, logging, lifecycle, nioCore,
      nioPosix, subprocess, systemPackage,
    ], exclude: ["Clients"]),
  tests(
    "GatewayProxy",
    [
      "TestIssuers", "Gateway", "Inspection", "Distribution", "Audit", "AuditStore",
      "Credentials", "SPIFFE", "OAuth", "JOSE", "StrictJSON", "HTTPMessages", "OpenAPIContract",
      "Upstreams",
      "ListenerSecurity", asn1, x509, crypto, logging, lifecycle, nioCore, nioPosix, nioHPACK,
      nioSSL, "IPAddresses", subprocess, systemPackage,
    ]),
]

let standaloneTests: [Target] = [
  tests(
    "IssuerDocuments", ["Gateway", httpClient, nioCore, nioPosix])
]

/// Tests over the executables, which they start as processes of their own.
let systemTests: [Target] = [
  .testTarget(
    name: "SystemTests",
    dependencies: [
      "StrictJSON", "JOSE", "OAuth", "AuditStore", "RecordStore", "SQLiteStore", crypto,
    ],
    path: "Tests/SystemTests", exclude: ["Clients"], swiftSettings: settings)
]

/// Measures; see Benchmarks/run and docs/performance.md.
let benchmarks: [Target] = [
  .executableTarget(
    name: "gatehouse-load",
    dependencies: [
      "AuditStore", "ControlPlane", "ControlPlaneClient", "Credentials", "Enrollment",
      "EventIndex", "Issuance", "KeyCustody", "OAuth", "RecordStore", "SPIFFE", "StrictJSON",
      "WorkloadAPIClient", crypto, httpClient, x509,
    ], path: "Benchmarks/Load", swiftSettings: settings),
  .executableTarget(
    name: "admission-bench",
    dependencies: [
      "AuditStore", "Credentials", "Gateway", "HTTPMessages", "Inspection", "JOSE", "OAuth",
      "OpenAPIContract", "SPIFFE", "StrictJSON", "Authorization", crypto, cryptoExtras, logging,
    ], path: "Benchmarks/Admission", swiftSettings: settings),
  .executableTarget(
    name: "cedar-bench", dependencies: ["CedarPolicy"], path: "Benchmarks/Cedar",
    swiftSettings: settings),
]

let package = Package(
  name: "gatehouse",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    // Peer credentials are read in callbacks that are documented for debugging: pinned.
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", exact: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: standards + domain + storage + services + edges + programs + gateway + testKits
    + standardsTests + domainTests + controlPlaneTests + storageTests + reviewTests + nodeTests
    + commandTests + gatewayTests + standaloneTests + systemTests + benchmarks
)

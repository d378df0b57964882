import Credentials
import GRPCCore
import NodeAgent
import SPIFFE
import SPIFFEWorkloadAPI

/// The five methods of the SPIFFE Workload API.
struct WorkloadAPIService: SpiffeWorkloadAPI.SimpleServiceProtocol {
  private let limits: WorkloadAPILimits

  init(limits: WorkloadAPILimits) {
    self.limits = limits
  }

  func fetchX509SVID(
    request: X509SVIDRequest, response: RPCWriter<X509SVIDResponse>, context: ServerContext
  ) async throws {
    try await Self.hold(context) { session in
      try await session.followX509Context { x509 in
        try await response.write(X509SVIDResponse(x509))
      }
    }
  }

  func fetchX509Bundles(
    request: X509BundlesRequest, response: RPCWriter<X509BundlesResponse>, context: ServerContext
  ) async throws {
    try await Self.hold(context) { session in
      try await session.followTrustBundles { bundles in
        try await response.write(X509BundlesResponse(bundles))
      }
    }
  }

  func fetchJWTSVID(
    request: JWTSVIDRequest, context: ServerContext
  ) async throws -> JWTSVIDResponse {
    try await Self.answer(context) { session throws(WorkloadRefusal) in
      let audience = try self.audience(request.audience)
      let id = try Self.wantedID(request.spiffeID)
      return JWTSVIDResponse(try await session.jwtSVIDs(audience: audience, id: id))
    }
  }

  func fetchJWTBundles(
    request: JWTBundlesRequest, response: RPCWriter<JWTBundlesResponse>, context: ServerContext
  ) async throws {
    try await Self.hold(context) { session in
      try await session.followTrustBundles { bundles in
        try await response.write(JWTBundlesResponse(bundles))
      }
    }
  }

  func validateJWTSVID(
    request: ValidateJWTSVIDRequest, context: ServerContext
  ) async throws -> ValidateJWTSVIDResponse {
    try await Self.answer(context) { session throws(WorkloadRefusal) in
      let audience = try self.audience([request.audience])
      guard let expected = audience.first, !request.svid.isEmpty else { throw .tokenMissing }
      let svid = try await session.validateJWTSVID(Redacted(request.svid), audience: expected)
      return ValidateJWTSVIDResponse(svid)
    }
  }

  private func audience(_ audience: [String]) throws(WorkloadRefusal) -> [String] {
    guard !audience.isEmpty, audience.allSatisfy({ !$0.isEmpty }) else { throw .audienceMissing }
    guard audience.count <= self.limits.audienceCount,
      audience.allSatisfy({ $0.utf8.count <= self.limits.audienceLength })
    else {
      throw WorkloadRefusal(
        .invalidArgument, code: "audience-too-large",
        message: "a JWT-SVID has at most \(self.limits.audienceCount) audiences of at most "
          + "\(self.limits.audienceLength) bytes")
    }
    return audience
  }

  private static func wantedID(_ text: String) throws(WorkloadRefusal) -> SPIFFEID? {
    guard !text.isEmpty else { return nil }
    do {
      return try SPIFFEID(parsing: text)
    } catch {
      throw WorkloadRefusal(
        .invalidArgument, code: "spiffe-id-malformed", message: error.description)
    }
  }
}

extension WorkloadRefusal {
  fileprivate static let audienceMissing = WorkloadRefusal(
    .invalidArgument, code: "audience-missing",
    message: "a JWT-SVID needs at least one audience, and none may be empty")

  fileprivate static let tokenMissing = WorkloadRefusal(
    .invalidArgument, code: "jwt-svid-missing", message: "there is no JWT-SVID to validate")
}

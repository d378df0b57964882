import GRPCCore

/// Refuses calls without the metadata that the standard demands, and puts the caller into the
/// context (SPIFFE Workload Endpoint, section 3).
struct PeerInterceptor: ServerInterceptor {
  /// Keeps requests that were forged on the caller's behalf from being answered.
  private static let securityField = "workload.spiffe.io"

  private let connections: PeerConnections

  init(connections: PeerConnections) {
    self.connections = connections
  }

  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>,
    context: ServerContext,
    next:
      @concurrent @Sendable (
        _ request: StreamingServerRequest<Input>, _ context: ServerContext
      ) async throws -> StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    var request = request
    var context = context
    let numbers = Array(request.metadata[stringValues: PeerHeaderHandler.field])
    request.metadata.removeAllValues(forKey: PeerHeaderHandler.field)
    guard numbers.count == 1, let number = numbers.first.flatMap({ UInt64($0) }),
      let call = self.connections.beginCall(on: number)
    else {
      throw RPCError(
        code: .permissionDenied, message: "no-credentials: the kernel did not name the caller")
    }
    guard Array(request.metadata[stringValues: Self.securityField]) == ["true"] else {
      throw RPCError(
        code: .invalidArgument,
        message: "security-header-missing: the call needs the metadata `workload.spiffe.io: true`")
    }
    guard call.isAdmitted else {
      throw RPCError(
        code: .resourceExhausted,
        message: "too-many-calls: this user has as many calls in progress as it may")
    }
    context.transportSpecific = call
    return try await next(request, context)
  }
}

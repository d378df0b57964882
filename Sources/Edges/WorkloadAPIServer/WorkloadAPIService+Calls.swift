import GRPCCore
import NodeAgent

extension WorkloadAPIService {
  /// Answers one call for the process behind it.
  static func answer<Answer>(
    _ context: ServerContext,
    _ body: (PeerSession) async throws(WorkloadRefusal) -> Answer
  ) async throws -> Answer {
    let call = try Self.call(in: context)
    defer { withExtendedLifetime(call) {} }
    do {
      return try await body(call.connection.session)
    } catch {
      throw RPCError(error)
    }
  }

  /// Holds a stream open for the process behind it, until the caller leaves, the server shuts down,
  /// or the caller may have no more.
  static func hold(
    _ context: ServerContext, _ follow: @Sendable @escaping (PeerSession) async throws -> Void
  ) async throws {
    let call = try Self.call(in: context)
    defer { withExtendedLifetime(call) {} }
    do {
      let session = call.connection.session
      try await Self.untilCancelled(context) { try await follow(session) }
    } catch let refusal as WorkloadRefusal {
      throw RPCError(refusal)
    } catch is CancellationError {
      throw RPCError(
        code: .unavailable, message: "shutting-down: the Workload API is going away: try again")
    }
  }

  private static func untilCancelled(
    _ context: ServerContext, _ body: @Sendable @escaping () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await context.cancellation.cancelled
        throw CancellationError()
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private static func call(in context: ServerContext) throws -> PeerCall {
    guard let call = context.transportSpecific as? PeerCall else {
      throw RPCError(
        code: .permissionDenied, message: "no-credentials: the kernel did not name the caller")
    }
    return call
  }
}

extension RPCError {
  /// The status codes of the SPIFFE Workload API, section 5.3.
  init(_ refusal: WorkloadRefusal) {
    let code: RPCError.Code =
      switch refusal.kind {
      case .permissionDenied: .permissionDenied
      case .invalidArgument: .invalidArgument
      case .unavailable: .unavailable
      }
    self.init(code: code, message: refusal.description)
  }
}

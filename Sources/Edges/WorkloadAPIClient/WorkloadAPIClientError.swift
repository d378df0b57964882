import GRPCCore

/// Why the Workload API gave no answer.
package struct WorkloadAPIClientError: Error, Hashable, CustomStringConvertible {
  /// What the caller may make of it (SPIFFE Workload API, section 5.3).
  package enum Kind: Hashable, Sendable {
    /// This process has no identity, or not the one that it asked for.
    case permissionDenied
    /// The request can never succeed as it is.
    case invalidArgument
    /// Nobody serves the Workload API there, or it cannot answer now.
    case unavailable
    /// The answer is not what the standard demands.
    case malformedAnswer
    case other
  }

  package let kind: Kind
  /// What the server said.
  package let message: String

  package var description: String { self.message }

  static let malformedAnswer = WorkloadAPIClientError(
    kind: .malformedAnswer, message: "the Workload API's answer is not what the standard demands")

  private init(kind: Kind, message: String) {
    self.kind = kind
    self.message = message
  }

  init(_ error: RPCError) {
    switch error.code {
    case .permissionDenied: self.init(kind: .permissionDenied, message: error.message)
    case .invalidArgument: self.init(kind: .invalidArgument, message: error.message)
    case .unavailable, .deadlineExceeded:
      self.init(
        kind: .unavailable, message: "the Workload API cannot be reached: \(error.message)")
    default:
      self.init(kind: .other, message: "the Workload API failed: \(error.message)")
    }
  }
}

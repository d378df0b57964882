import ArgumentParser
import SPIFFE
import WorkloadAPIClient

/// How to reach the Workload API.
struct WorkloadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The Workload API, such as unix:///run/gatehouse.sock.", valueName: "address"))
  var workloadSocket: String?

  func client() throws -> WorkloadAPIClient {
    let text = try Settings.current().value(.workloadSocket, flag: self.workloadSocket)
    do {
      guard case .unix(let path) = try WorkloadEndpointAddress(parsing: text) else {
        throw CommandFailure("this reads a Workload API on a Unix socket: write unix:///path")
      }
      return try WorkloadAPIClient(socketPath: path)
    } catch let invalid as InvalidWorkloadEndpointAddress {
      throw CommandFailure("SPIFFE_ENDPOINT_SOCKET: \(invalid)")
    }
  }

  /// What to do about a Workload API that gave nothing.
  static func explain(_ error: WorkloadAPIClientError) -> CommandFailure {
    switch error.kind {
    case .permissionDenied:
      CommandFailure(
        "no identity for this process: \(error); compare its user and path with the evidence "
          + "that `gatehouse get workloads -o yaml` shows, and see `gatehouse status` for "
          + "suspended workloads")
    case .unavailable: CommandFailure("\(error): is `gatehouse dev` running?")
    case .invalidArgument, .malformedAnswer, .other: CommandFailure("\(error)")
    }
  }
}

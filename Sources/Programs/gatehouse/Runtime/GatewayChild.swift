import Glibc
import Logging
import NodeAgent
import ServiceLifecycle
import Subprocess
import Synchronization
import SystemPackage
import WorkloadAttestation

/// The gateway as a child process of `gatehouse dev`.
///
/// It is told to end by the end of its standard input: the kernel closes the pipe when this process
/// ends, even when it is killed. Its identity is bound to its process, and no other receives it.
struct GatewayChild: Service {
  let executable: String
  let configuration: String
  let agent: NodeAgent
  let identity: @Sendable () -> EntitledIdentity
  let logger: Logger

  func run() async throws {
    let stop = StopSignal()
    try await withGracefulShutdownHandler {
      while !stop.isRaised {
        let ended = try await self.runOnce(stop)
        guard !stop.isRaised else { return }
        self.logger.warning(
          "the gateway ended and is started again", metadata: ["status": "\(ended)"])
        try? await Task.sleep(for: .seconds(1))
      }
    } onGracefulShutdown: {
      stop.raise()
    }
  }

  private func runOnce(_ stop: StopSignal) async throws -> TerminationStatus {
    let bound = Mutex<ProcessIdentity?>(nil)
    // Only once the process has ended: until then it still tells the server its last events.
    defer { if let process = bound.withLock({ $0 }) { self.agent.unbind(process) } }
    let result = try await Subprocess.run(
      .path(FilePath(self.executable)), arguments: ["--config", self.configuration],
      input: .inputWriter, output: .currentStandardError, error: .currentStandardError
    ) { execution in
      let process = try ProcessTable().identity(of: execution.processIdentifier.value)
      self.agent.bind(self.identity(), to: process)
      bound.withLock { $0 = process }
      // Only now does the gateway ask for an identity: earlier it would be a process like any other.
      _ = try await execution.standardInputWriter.write("bound\n")
      while !stop.isRaised, Self.isRunning(process) {
        do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
      }
      try? await execution.standardInputWriter.finish()
    }
    return result.terminationStatus
  }

  /// Whether the process has not ended. It stays in the process table until its status is taken,
  /// which happens only after this.
  private static func isRunning(_ process: ProcessIdentity) -> Bool {
    var found = siginfo_t()
    let code = waitid(P_PID, id_t(process.pid), &found, WEXITED | WNOHANG | WNOWAIT)
    return code == 0 && found.si_signo == 0
  }
}

/// Raised once, for good.
final class StopSignal: Sendable {
  private let raised = Mutex(false)

  var isRaised: Bool { self.raised.withLock { $0 } }

  func raise() {
    self.raised.withLock { $0 = true }
  }
}

import Gateway
import ServiceLifecycle
import UnixSignals

/// On SIGHUP the access log goes on in a new file. Without this, a process that is told so would end.
struct HangUps: Service {
  let accessLog: AccessLog?

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in await UnixSignalsSequence(trapping: .sighup) { self.accessLog?.reopen() }
    }
  }
}

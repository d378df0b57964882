package import NIOPosix
import ServiceLifecycle

/// Reads the certificate files again from time to time.
package struct CertificateReloading: Service {
  private let security: ListenerSecurity
  private let interval: Duration
  private let clock: any Clock<Duration>
  private let now: @Sendable () -> Int64
  private let threads: NIOThreadPool

  /// - Parameters:
  ///   - interval: from one reading to the next.
  ///   - now: the time in Unix seconds.
  ///   - threads: where files are read.
  package init(
    _ security: ListenerSecurity, every interval: Duration, clock: any Clock<Duration>,
    threads: NIOThreadPool, now: @escaping @Sendable () -> Int64
  ) {
    self.security = security
    self.interval = interval
    self.clock = clock
    self.threads = threads
    self.now = now
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await self.clock.sleep(for: self.interval)) != nil {
        let now = self.now()
        _ = try? await self.threads.runIfActive { self.security.reload(at: now) }
      }
    }
  }
}

import Inspection
import Logging
import NIOCore

/// Does what a target's state wants done, until its service is gone.
struct TargetUpkeep: Sendable {
  let target: UpstreamTarget
  let ports: UpstreamPorts
  let logger: Logger

  func run() async {
    await self.prepareSecurity()
    await withDiscardingTaskGroup { group in
      var alarm = NIODeadline.distantFuture
      for await _ in self.target.wakes {
        let step = self.target.step()
        for name in step.lookUps {
          group.addTask {
            self.target.answered(name, await self.ports.lookUp(name.host, name.port))
          }
        }
        for endpoint in step.probes { group.addTask { await self.probe(endpoint) } }
        let now = self.ports.uptime()
        if alarm <= now { alarm = .distantFuture }
        guard let next = step.next, next < alarm else { continue }
        alarm = next
        group.addTask { await self.raise(after: next - now) }
      }
      group.cancelAll()
    }
  }

  /// The first context is made here, and not while an event loop waits for it.
  private func prepareSecurity() async {
    do {
      _ = try self.target.security?.context()
    } catch {
      self.logger.warning(
        "a service cannot be reached over TLS yet",
        metadata: ["service": "\(self.target.service)", "error": "\(error)"])
    }
  }

  private func probe(_ endpoint: Endpoint) async {
    guard let check = self.target.upstream.healthCheck else { return }
    let outcome = await self.ports.probe(endpoint, check)
    self.target.observed(endpoint, isGood: outcome.isGood(for: check))
  }

  private func raise(after time: TimeAmount) async {
    // A cancelled one has nothing to raise any more.
    guard (try? await self.ports.pause(max(time, .nanoseconds(0)))) != nil else { return }
    self.target.raise()
  }
}

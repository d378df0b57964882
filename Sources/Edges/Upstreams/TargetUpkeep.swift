import Inspection
import Logging
import NIOCore
import Synchronization

/// Does what a target's state wants done, until its service is gone.
struct TargetUpkeep: Sendable {
  let target: UpstreamTarget
  let ports: UpstreamPorts
  let logger: Logger

  func run() async {
    await self.prepareSecurity()
    await withDiscardingTaskGroup { group in
      let alarms = Alarms()
      for await _ in self.target.wakes {
        let step = self.target.step()
        for name in step.lookUps {
          group.addTask {
            self.target.answered(name, await self.ports.lookUp(name.host, name.port))
          }
        }
        for endpoint in step.probes { group.addTask { await self.probe(endpoint) } }
        guard let next = step.next, alarms.set(next) else { continue }
        group.addTask { await self.raise(at: next, alarms) }
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

  private func raise(at due: NIODeadline, _ alarms: Alarms) async {
    let time = max(due - self.ports.uptime(), .nanoseconds(0))
    // A cancelled one has nothing to raise any more.
    guard (try? await self.ports.pause(time)) != nil else { return }
    alarms.rang(due)
    self.target.raise()
  }

  /// The moments that are waited for, each once.
  private final class Alarms: Sendable {
    private let moments = Mutex<Set<NIODeadline>>([])

    /// Whether nobody waits for this moment yet.
    func set(_ moment: NIODeadline) -> Bool { self.moments.withLock { $0.insert(moment).inserted } }

    /// Even if it was early: then the moment is waited for again.
    func rang(_ moment: NIODeadline) { self.moments.withLock { _ = $0.remove(moment) } }
  }
}

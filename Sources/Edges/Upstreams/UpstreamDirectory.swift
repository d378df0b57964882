package import Inspection
package import Logging
import ServiceLifecycle
import Synchronization

/// The targets of all services, and their upkeep: looking up names, asking endpoints how they are,
/// bringing back those that were left out.
package final class UpstreamDirectory: Service {
  /// An immutable table, replaced whole.
  private final class Table: Sendable {
    let targets: [String: UpstreamTarget]

    init(_ targets: [String: UpstreamTarget]) {
      self.targets = targets
    }
  }

  private let ports: UpstreamPorts
  private let logger: Logger
  private let table = Mutex(Table([:]))
  /// Counts replacements of the table.
  private let generation = Atomic<UInt64>(0)
  private let arrivals: AsyncStream<UpstreamTarget>
  private let arrival: AsyncStream<UpstreamTarget>.Continuation

  package init(ports: UpstreamPorts, logger: Logger) {
    self.ports = ports
    self.logger = logger
    (self.arrivals, self.arrival) = AsyncStream.makeStream()
  }

  /// Takes over the services of a new world, before requests are decided by it. A service whose
  /// upstream stays the same keeps its target, with all that is known of its endpoints.
  package func update(_ upstreams: [String: Upstream]) {
    let (added, removed) = self.table.withLock { table in
      var added: [UpstreamTarget] = []
      var next: [String: UpstreamTarget] = [:]
      for (service, upstream) in upstreams {
        if let known = table.targets[service], known.upstream == upstream {
          next[service] = known
          continue
        }
        let target = UpstreamTarget(
          service: service, upstream: upstream, ports: self.ports, logger: self.logger)
        next[service] = target
        added.append(target)
      }
      let removed = table.targets.values.filter { next[$0.service] !== $0 }
      if !added.isEmpty || !removed.isEmpty {
        table = Table(next)
        self.generation.wrappingAdd(1, ordering: .releasing)
      }
      return (added, removed)
    }
    for target in removed { target.retire() }
    for target in added { self.arrival.yield(target) }
  }

  package func target(named service: String) -> UpstreamTarget? {
    self.table.withLock { $0 }.targets[service]
  }

  /// What is known of every endpoint.
  package var states: [EndpointState] {
    let targets = self.table.withLock { $0 }.targets
    return targets.sorted { $0.key < $1.key }.flatMap { $0.value.states }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        for await target in self.arrivals {
          let upkeep = TargetUpkeep(target: target, ports: self.ports, logger: self.logger)
          group.addTask { await upkeep.run() }
        }
        group.cancelAll()
      }
    }
  }

  package func makeReader() -> Reader { Reader(self) }

  /// Finds targets without a lock, for one event loop.
  package final class Reader {
    private let directory: UpstreamDirectory
    private var generation: UInt64
    private var table: Table

    fileprivate init(_ directory: UpstreamDirectory) {
      self.directory = directory
      self.generation = directory.generation.load(ordering: .acquiring)
      self.table = directory.table.withLock { $0 }
    }

    package func target(named service: String) -> UpstreamTarget? {
      let generation = self.directory.generation.load(ordering: .acquiring)
      if generation != self.generation {
        self.generation = generation
        self.table = self.directory.table.withLock { $0 }
      }
      return self.table.targets[service]
    }
  }
}

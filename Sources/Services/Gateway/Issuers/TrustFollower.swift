package import Credentials
package import Logging
import ServiceLifecycle

/// Fetches the keys of the directory when they are due, and tells when they are others.
package struct TrustFollower: Service {
  private let directory: TrustDirectory
  private let documents: any DocumentSource
  private let uptime: @Sendable () -> Int64
  private let random: RandomSource
  private let pause: @Sendable (Duration) async throws -> Void
  private let changed: @Sendable () -> Void
  private let meter: Meter?
  private let logger: Logger

  /// - Parameters:
  ///   - uptime: milliseconds on a clock that nobody can set.
  ///   - pause: waits.
  ///   - changed: called when keys changed, and as often as they may have become too old.
  package init(
    directory: TrustDirectory, documents: any DocumentSource,
    uptime: @escaping @Sendable () -> Int64, random: RandomSource,
    pause: @escaping @Sendable (Duration) async throws -> Void,
    changed: @escaping @Sendable () -> Void, meter: Meter? = nil, logger: Logger
  ) {
    self.directory = directory
    self.documents = documents
    self.uptime = uptime
    self.random = random
    self.pause = pause
    self.changed = changed
    self.meter = meter
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        let wakes = self.directory.wake.follow()
        group.addTask {
          while (try? await self.pause(Self.interval)) != nil { self.directory.wake.raise() }
        }
        for await _ in wakes {
          for order in self.directory.begin(at: self.uptime()) {
            group.addTask { await self.fetch(order) }
          }
          self.changed()
        }
        group.cancelAll()
      }
    }
  }

  /// Makes the fetches that are due, and returns once all are answered.
  package func fetchDue() async {
    await withDiscardingTaskGroup { group in
      for order in self.directory.begin(at: self.uptime()) {
        group.addTask { await self.fetch(order) }
      }
    }
  }

  private func fetch(_ order: TrustDirectory.Order) async {
    let outcome: Result<TrustFetch.Result, any Error>
    do {
      outcome = .success(try await TrustFetch(documents: self.documents).fetch(order.source))
      self.meter?.add(.issuerDocumentsFetched)
    } catch {
      self.meter?.add(.issuerDocumentsFailed)
      outcome = .failure(error)
    }
    let isNew = self.directory.take(
      outcome, of: order, at: self.uptime(), random: self.random)
    self.log(outcome, order.source, isNew: isNew)
    if isNew { self.changed() }
  }

  private func log(
    _ outcome: Result<TrustFetch.Result, any Error>, _ source: TrustSource, isNew: Bool
  ) {
    let owner: Logger.MetadataValue = "\(source.owner)"
    switch outcome {
    case .failure(let error):
      if Task.isCancelled { return }
      self.logger.warning(
        "keys cannot be fetched", metadata: ["owner": owner, "error": "\(error)"])
    case .success(let result):
      guard isNew else { return }
      self.logger.notice(
        "keys are others than before",
        metadata: ["owner": owner, "keyIDs": "\(result.material.keyIDs.joined(separator: " "))"])
      for note in result.notes.prefix(Self.notes) {
        self.logger.warning("a key is left out", metadata: ["owner": owner, "reason": "\(note)"])
      }
    }
  }

  private static let interval = Duration.seconds(1)
  private static let notes = 10
}

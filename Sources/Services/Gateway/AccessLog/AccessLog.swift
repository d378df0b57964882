package import Logging
import ServiceLifecycle
import Synchronization

/// Where the access log's lines go.
package protocol AccessLogSink: Sendable {
  /// Returns once the bytes are with the operating system; blocks no event loop and no other task.
  func write(_ bytes: [UInt8]) async throws
  /// Goes on with the file that now has the configured name.
  func reopen() async throws
}

/// Tells of requests in lines of JSON, for people and their tools. It proves nothing and may lose
/// lines, which it counts; the audit log is the one that does not.
package final class AccessLog: Service {
  package struct Configuration: Sendable {
    /// The share of allowed requests that is written.
    package var sampling = AccessLogSampling(rate: 1, seed: 0)
    /// Refusals that are written in a second; the others are counted.
    package var refusalsPerSecond = 1000
    /// Bytes that may wait for the sink, over all event loops.
    package var capacity = 4 << 20
    /// How long lines may wait for company.
    package var interval = Duration.milliseconds(200)

    package init() {}
  }

  private let configuration: Configuration
  private let metrics: GatewayMetrics
  private let sink: any AccessLogSink
  private let pause: @Sendable (Duration) async throws -> Void
  private let logger: Logger
  private let buffers: [Shard]
  private let mustReopen = Atomic(false)
  private let wakes: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  private final class Shard: Sendable {
    let buffer: Mutex<AccessLogBuffer>

    init(_ buffer: AccessLogBuffer) {
      self.buffer = Mutex(buffer)
    }
  }

  /// - Parameters:
  ///   - loops: how many event loops write.
  ///   - pause: waits; ends early with an error when its task is cancelled.
  package init(
    configuration: Configuration, loops: Int, metrics: GatewayMetrics, sink: any AccessLogSink,
    pause: @escaping @Sendable (Duration) async throws -> Void, logger: Logger
  ) {
    let count = max(1, loops)
    self.configuration = configuration
    self.metrics = metrics
    self.sink = sink
    self.pause = pause
    self.logger = logger
    // Every loop has its even share of what is bounded, rounded up.
    let refusals = (max(0, configuration.refusalsPerSecond) + count - 1) / count
    let capacity = max(1, configuration.capacity / count)
    self.buffers = (0..<count).map { _ in
      Shard(AccessLogBuffer(capacity: capacity, refusalsPerSecond: refusals))
    }
    (self.wakes, self.wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Tells of a request whose answer is complete or has failed; returns at once.
  package func write(
    _ record: RequestRecord, _ answer: RequestRecord.Answer, timing: AccessLogEntry.Timing,
    loop: Int
  ) {
    if answer.refusal == nil,
      !self.configuration.sampling.takes(record.traceID ?? record.requestID)
    {
      self.metrics.meter(loop).add(.accessLogUnsampled)
      return
    }
    self.append(AccessLogEntry(record, answer, timing: timing), loop: loop)
  }

  /// Writes an entry that has been chosen already.
  package func append(_ entry: AccessLogEntry, loop: Int) {
    let index = Int(loop.magnitude % UInt(self.buffers.count))
    guard self.buffers.indices.contains(index) else { return }
    switch self.buffers[index].buffer.withLock({ $0.append(entry) }) {
    case .buffered(isFirst: true): self.wake.yield()
    case .buffered(isFirst: false): break
    case .suppressed: self.metrics.meter(loop).add(.accessLogSuppressed)
    case .dropped: self.metrics.meter(loop).add(.accessLogDropped)
    }
  }

  /// The file was moved away, or somebody asks to be sure: the next lines go to a new one.
  package func reopen() {
    self.mustReopen.store(true, ordering: .releasing)
    self.wake.yield()
  }

  package func run() async throws {
    var spare: [UInt8] = []
    await withGracefulShutdownHandler {
      for await _ in self.wakes {
        // Without a pause every line would be a write of its own.
        try? await self.pause(self.configuration.interval)
        await self.flush(&spare)
      }
    } onGracefulShutdown: {
      self.wake.finish()
    }
    await self.flush(&spare)
  }

  private func flush(_ spare: inout [UInt8]) async {
    if self.mustReopen.exchange(false, ordering: .acquiring) { await self.attempt(lines: 0, []) }
    for shard in self.buffers {
      var taken: [UInt8] = []
      swap(&taken, &spare)
      let lines = shard.buffer.withLock { $0.take(leaving: &taken) }
      if !taken.isEmpty { await self.attempt(lines: lines, taken) }
      spare = taken
    }
  }

  /// - Parameter bytes: nothing, to reopen.
  private func attempt(lines: UInt64, _ bytes: [UInt8]) async {
    do {
      if bytes.isEmpty {
        try await self.sink.reopen()
      } else {
        try await self.sink.write(bytes)
        self.metrics.meter(0).add(.accessLogWritten, lines)
      }
    } catch {
      self.metrics.meter(0).add(.accessLogDropped, lines)
      self.logger.error(
        "the access log cannot be written; its lines are dropped until it can",
        metadata: ["error": "\(error)", "dropped": "\(lines)"])
    }
  }
}

import Dispatch

/// Runs an actor on a dispatch queue of its own, so that waiting for the disk blocks no thread of
/// the cooperative pool.
final class QueueExecutor: SerialExecutor {
  private let queue: DispatchQueue

  init(label: String) {
    queue = DispatchQueue(label: label)
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}

/// A place to run blocking work that belongs to nobody's state.
actor DiskQueue {
  private let executor: QueueExecutor

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(label: String) {
    executor = QueueExecutor(label: label)
  }

  func run<Value: Sendable>(_ work: @Sendable () throws -> Value) throws -> Value {
    try work()
  }
}

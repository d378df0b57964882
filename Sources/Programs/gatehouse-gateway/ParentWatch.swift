import Dispatch
import Glibc
import ServiceLifecycle

/// Returns when standard input ends: the kernel ends it when the process that holds the other end
/// is gone, even if that was killed.
struct ParentWatch: Service {
  func run() async throws {
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    let source = DispatchSource.makeReadSource(
      fileDescriptor: STDIN_FILENO, queue: DispatchQueue(label: "standard input"))
    source.setEventHandler {
      var bytes = [UInt8](repeating: 0, count: 512)
      if read(STDIN_FILENO, &bytes, bytes.count) <= 0 { continuation.finish() }
    }
    source.resume()
    await cancelWhenGracefulShutdown { for await _ in ended {} }
    source.cancel()
  }
}

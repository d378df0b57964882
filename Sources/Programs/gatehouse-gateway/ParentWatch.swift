import Dispatch
import Glibc
import ServiceLifecycle

/// Returns when standard input ends: the kernel ends it when the process that holds the other end
/// is gone, even if that was killed.
struct ParentWatch: Service {
  /// Waits for the line with which the parent says that this process may ask for its identity.
  ///
  /// - Throws: `CancellationError` when the parent is gone first.
  static func awaitStart() throws {
    var byte: UInt8 = 0
    while byte != UInt8(ascii: "\n") {
      guard read(STDIN_FILENO, &byte, 1) == 1 else { throw CancellationError() }
    }
  }

  func run() async throws {
    let (ended, continuation) = AsyncStream<Void>.makeStream()
    // A thread that waits in the kernel. An event source of Dispatch that is cancelled just as its
    // input ends has been seen to crash the process.
    DispatchQueue(label: "standard input").async {
      var bytes = [UInt8](repeating: 0, count: 512)
      var count = 0
      repeat {
        count = read(STDIN_FILENO, &bytes, bytes.count)
      } while count > 0 || (count < 0 && errno == EINTR)
      continuation.finish()
    }
    await cancelWhenGracefulShutdown { for await _ in ended {} }
  }
}

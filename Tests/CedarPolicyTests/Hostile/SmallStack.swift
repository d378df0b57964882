import Foundation
import Glibc
import Synchronization

/// Runs work on a thread with the smallest stack that Apple gives a secondary thread, 512 KiB.
func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) -> Result? {
  let result = SmallStackResult<Result>()
  let thread = Thread { result.finish(body()) }
  // AddressSanitizer puts guard zones around locals, which makes frames several times larger.
  let isSanitized = dlsym(nil, "__asan_init") != nil
  thread.stackSize = 512 * 1024 * (isSanitized ? 4 : 1)
  thread.start()
  return result.wait()
}

private final class SmallStackResult<Result: Sendable>: Sendable {
  private let value = Mutex<Result?>(nil)
  private let done = DispatchSemaphore(value: 0)

  func finish(_ result: Result) {
    value.withLock { $0 = result }
    done.signal()
  }

  func wait() -> Result? {
    done.wait()
    return value.withLock { $0 }
  }
}

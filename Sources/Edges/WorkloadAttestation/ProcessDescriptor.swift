import Glibc
import NodeAgent

/// A pidfd: it stays with its process when the number is reused, and is closed with the last
/// reference to it.
package final class ProcessDescriptor: ProcessHandle {
  private let descriptor: Int32

  /// - Parameter descriptor: a pidfd that is now this object's to close.
  package init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { _ = close(self.descriptor) }

  /// A pidfd becomes readable when its process ends (pidfd_open(2)).
  package func isRunning() -> Bool {
    var entry = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let count = poll(&entry, 1, 0)
      if count < 0 && errno == EINTR { continue }
      return count == 0
    }
  }
}

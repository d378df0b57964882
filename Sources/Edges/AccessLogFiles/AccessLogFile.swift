import Gateway
import Glibc
package import NIOPosix
import Synchronization

/// A file, or standard output, that the access log is appended to.
///
/// It is written on a thread of its own pool, since a disk or a reader at the other end of a pipe may
/// take its time. When another file has its name, or none has, lines go on in a new one.
package final class AccessLogFile: AccessLogSink {
  private let path: String?
  private let descriptor: Mutex<CInt>
  private let threads: NIOThreadPool

  /// The log's file cannot be opened or written.
  package struct Failure: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ path: String?, _ code: CInt) {
      self.description =
        "\(path ?? "standard output"): \(what): \(String(cString: strerror(code)))"
    }
  }

  /// - Parameter path: nil for standard output.
  /// - Throws: `Failure` if the file cannot be opened or made.
  package init(path: String?, threads: NIOThreadPool = .singleton) throws {
    self.path = path
    self.threads = threads
    self.descriptor = Mutex(try Self.open(path))
  }

  deinit {
    if self.path != nil { self.descriptor.withLock { _ = close($0) } }
  }

  package func write(_ bytes: [UInt8]) async throws {
    try await self.threads.runIfActive {
      try self.descriptor.withLock { try self.write(bytes, &$0) }
    }
  }

  package func reopen() async throws {
    guard self.path != nil else { return }
    try await self.threads.runIfActive { try self.descriptor.withLock { try self.renew(&$0) } }
  }

  private func write(_ bytes: [UInt8], _ descriptor: inout CInt) throws {
    if let path = self.path, !Self.isSame(path, descriptor) { try self.renew(&descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        throw Failure("it cannot be written", self.path, errno)
      }
    }
  }

  private func renew(_ descriptor: inout CInt) throws {
    let fresh = try Self.open(self.path)
    close(descriptor)
    descriptor = fresh
  }

  /// Whether the name still means the file that is open.
  private static func isSame(_ path: String, _ descriptor: CInt) -> Bool {
    var (named, opened) = (stat(), stat())
    guard stat(path, &named) == 0, fstat(descriptor, &opened) == 0 else { return false }
    return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }

  private static func open(_ path: String?) throws -> CInt {
    guard let path else { return STDOUT_FILENO }
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0o640)
    guard descriptor >= 0 else { throw Failure("it cannot be opened", path, errno) }
    return descriptor
  }
}

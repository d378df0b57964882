import Glibc

/// A free port of 127.0.0.1 that nobody else gets meanwhile. Nobody listens there, unless somebody
/// who shares ports (`SO_REUSEPORT`) does.
struct ReservedPort: ~Copyable {
  struct Failure: Error {
    let errno: Int32
  }

  let number: Int
  private let descriptor: Int32

  init() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(errno: errno) }
    var yes: Int32 = 1
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, socklen_t(MemoryLayout<Int32>.size))
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    guard result == 0 else {
      let failure = Failure(errno: errno)
      close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
    self.number = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(self.descriptor) }
}

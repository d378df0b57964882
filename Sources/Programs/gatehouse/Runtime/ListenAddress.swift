import ArgumentParser
import Glibc

/// An IPv4 address and a port to listen on; port 0 means any free one.
struct ListenAddress: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `ADDRESS:PORT`; `nil` for anything else.
  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"),
      let port = UInt16(argument[argument.index(after: colon)...])
    else { return nil }
    let host = String(argument[..<colon])
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return nil }
    self.init(host: host, port: Int(port))
  }

  var description: String { "\(self.host):\(self.port)" }

  var isLoopback: Bool { self.host.hasPrefix("127.") }

  /// The same address with a port that is free now, where any will do.
  func settled() throws -> ListenAddress {
    guard self.port == 0 else { return self }
    let (descriptor, port) = try Self.bind(self)
    close(descriptor)
    return ListenAddress(host: self.host, port: port)
  }

  /// Waits up to five seconds until the port is free, as after a server that is just ending.
  func awaitFree() throws {
    for attempt in 0..<100 {
      do {
        let (descriptor, _) = try Self.bind(self)
        close(descriptor)
        return
      } catch {
        if attempt == 99 { throw error }
        usleep(50_000)
      }
    }
  }

  private static func bind(_ address: ListenAddress) throws -> (Int32, Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var enabled: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &enabled, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(truncatingIfNeeded: address.port).bigEndian)
    inet_pton(AF_INET, address.host, &name.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        Glibc.bind(descriptor, generic, length) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw CommandFailure(
        "cannot listen on \(address): \(reason); name another address, or port 0 for any free one")
    }
    return (descriptor, Int(UInt16(bigEndian: name.sin_port)))
  }
}
